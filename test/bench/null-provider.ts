/** A provider for OpenTofu that does nothing and answers at once: what a provider in Node costs by itself, for comparison. */

import { Server } from "@grpc/grpc-js";
import { addService } from "../../provider/terraform-plugin/grpc-service.ts";
import {
  createEndpoint,
  createIdentity,
  credentialsFor,
  handshakeLine,
} from "../../provider/terraform-plugin/handshake.ts";
import { GRPCController, GRPCStdio } from "../../provider/terraform-plugin/protocol/go-plugin_pb.ts";
import { Provider } from "../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";

const label = { name: "label", type: new TextEncoder().encode('"string"'), required: true };

const server = new Server();
addService(server, Provider, {
  getProviderSchema: async () => ({
    provider: { block: {} },
    resourceSchemas: { null_nothing: { block: { attributes: [label] } } },
    serverCapabilities: { getProviderSchemaOptional: true },
  }),
  getResourceIdentitySchemas: async () => ({}),
  validateProviderConfig: async () => ({}),
  configureProvider: async () => ({}),
  validateResourceConfig: async () => ({}),
  upgradeResourceState: async ({ rawState }) => ({ upgradedState: { json: rawState?.json ?? new Uint8Array() } }),
  readResource: async ({ currentState }) => (currentState === undefined ? {} : { newState: currentState }),
  planResourceChange: async ({ proposedNewState }) =>
    proposedNewState === undefined ? {} : { plannedState: proposedNewState },
  applyResourceChange: async ({ plannedState }) => (plannedState === undefined ? {} : { newState: plannedState }),
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
