/** A provider for OpenTofu that does nothing and answers at once: what a provider in Node costs by itself, for comparison. */

import { Server } from "@grpc/grpc-js";
import { decode, encode } from "@msgpack/msgpack";
import type { AttributeSchema } from "../../provider/resources/schema/terraform-types.ts";
import { addService } from "../../provider/terraform-plugin/grpc-service.ts";
import {
  createEndpoint,
  createIdentity,
  credentialsFor,
  handshakeLine,
} from "../../provider/terraform-plugin/handshake.ts";
import { GRPCController, GRPCStdio } from "../../provider/terraform-plugin/protocol/go-plugin_pb.ts";
import { Provider } from "../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";

/** The attributes of a managed key, set when this file is bundled. */
declare const KEY_ATTRIBUTES: Readonly<Record<string, AttributeSchema>>;

const attributes = Object.entries(KEY_ATTRIBUTES).map(([name, { type, required, optional, computed }]) => ({
  name,
  required: required ?? false,
  optional: optional ?? false,
  computed: computed ?? false,
  type: new TextEncoder().encode(JSON.stringify(type)),
}));
const { outputs }: { readonly outputs?: Readonly<Record<string, unknown>> } = JSON.parse(
  process.env.BENCH_STORES ?? "{}",
);
const isRefusing = process.env.BENCH_REFUSES === "1";

/** The object with its outputs; null for a deletion. */
function withOutputs(msgpack: Uint8Array): Uint8Array {
  const proposed = decode(msgpack);
  if (proposed === null) return msgpack;
  const values = Object.entries(proposed as object).map(([name, value]) => [name, value ?? outputs?.[name] ?? null]);
  return encode(Object.fromEntries(values));
}

const server = new Server();
addService(server, Provider, {
  getProviderSchema: async () => ({
    provider: { block: {} },
    resourceSchemas: { null_nothing: { block: { attributes } } },
    serverCapabilities: { getProviderSchemaOptional: true },
  }),
  getResourceIdentitySchemas: async () => ({}),
  validateProviderConfig: async () => ({}),
  configureProvider: async () => ({}),
  validateResourceConfig: async () => ({}),
  upgradeResourceState: async ({ rawState }) => ({ upgradedState: { json: rawState?.json ?? new Uint8Array() } }),
  readResource: async ({ currentState }) => (currentState === undefined ? {} : { newState: currentState }),
  planResourceChange: async ({ proposedNewState }) =>
    proposedNewState === undefined ? {} : { plannedState: { msgpack: withOutputs(proposedNewState.msgpack) } },
  async applyResourceChange({ plannedState, priorState }) {
    if (plannedState === undefined || priorState === undefined) return {};
    if (!isRefusing || decode(plannedState.msgpack) !== null) return { newState: plannedState };
    return { newState: priorState, diagnostics: [{ severity: 1, summary: "The deletion waits" }] };
  },
  stopProvider: async () => ({}),
});
addService(server, GRPCController, {
  async shutdown() {
    setImmediate(() => process.exit(0));
    return {};
  },
});
addService(server, GRPCStdio, { async *streamStdio() {} });

const endpoint = createEndpoint(process.env, process.platform);
const hostCertificate = process.env.PLUGIN_CLIENT_CERT;
const identity = createIdentity(Date.now());
process.once("exit", endpoint.remove);
process.once("SIGTERM", () => process.exit(0));
server.bindAsync(endpoint.bind, credentialsFor(hostCertificate, identity), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${handshakeLine(endpoint, endpoint.address(port), identity, process.env)}\n`);
});
