/** A provider for OpenTofu that does nothing and answers at once: what a provider in Node costs by itself, for comparison. */

import { Server } from "@grpc/grpc-js";
import { decode, encode } from "@msgpack/msgpack";
import { addService } from "../../provider/terraform-plugin/grpc-service.ts";
import {
  createEndpoint,
  createIdentity,
  credentialsFor,
  handshakeLine,
} from "../../provider/terraform-plugin/handshake.ts";
import { GRPCController, GRPCStdio } from "../../provider/terraform-plugin/protocol/go-plugin_pb.ts";
import { Provider } from "../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";

/** The outputs of the resource, set when this file is bundled. */
declare const NULL_NAMES: readonly string[];
declare const NULL_VALUES: Readonly<Record<string, string>>;

const type = new TextEncoder().encode('"string"');
const attributes = [
  { name: "label", type, required: true },
  ...NULL_NAMES.map((name) => ({ name, type, computed: true })),
];

/** The object with its outputs; null for a deletion. */
function withValues(msgpack: Uint8Array): Uint8Array {
  const proposed = decode(msgpack);
  return proposed === null ? msgpack : encode({ ...(proposed as object), ...NULL_VALUES });
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
    proposedNewState === undefined ? {} : { plannedState: { msgpack: withValues(proposedNewState.msgpack) } },
  async applyResourceChange({ plannedState, priorState }) {
    if (plannedState === undefined || priorState === undefined) return {};
    const isRefused = process.env.BENCH_REFUSES !== undefined && decode(plannedState.msgpack) === null;
    if (!isRefused) return { newState: plannedState };
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
