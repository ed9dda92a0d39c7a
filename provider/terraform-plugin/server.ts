/**
 * Runs the gRPC server of this process, with the provider and the services that go-plugin requires. A bare gRPC error
 * would make the host report a crash, so every error becomes a diagnostic in the response.
 */

import { Server } from "@grpc/grpc-js";
import { asUkoError } from "../errors.ts";
import type { EncodedResponses } from "./encoded-responses.ts";
import { addService, type Handlers } from "./grpc-service.ts";
import { type Deferred, loadDeferred } from "./load-deferred.ts";
import { GRPCController, GRPCStdio } from "./protocol/go-plugin_pb.ts";
import { Health, HealthCheckResponse_ServingStatus } from "./protocol/health_pb.ts";
import { Provider } from "./protocol/tfplugin6_pb.ts";
import type { CallName, RequestOf, TerraformSession } from "./session.ts";

/**
 * The options of the server. The size of messages is not limited, because a state may be large. Hosts ask for no
 * statistics (channelz).
 */
const channelOptions = {
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  "grpc.enable_channelz": 0,
};

/** Creates the server. `shutDown` is called when the response to the shutdown is being sent. */
export function createServer(session: TerraformSession, shutDown: () => void): Server {
  const server = new Server(channelOptions);
  addService(server, Provider, providerResponses(session));
  addService(server, GRPCController, {
    async shutdown() {
      setImmediate(shutDown);
      return {};
    },
  });
  addService(server, Health, {
    check: async () => ({ status: HealthCheckResponse_ServingStatus.SERVING }),
  });
  // This stream sends nothing: messages for people are diagnostics, and the rest goes to the log.
  addService(server, GRPCStdio, { async *streamStdio() {} });
  return server;
}

type Calls = Deferred["calls"];

/** The bundler sets this; undefined where the sources run. */
declare const UKO_ENCODED: EncodedResponses | undefined;

/** The response that the bundler encoded, which needs no other code of this provider. */
function encoded(name: keyof EncodedResponses): (() => Promise<Uint8Array>) | undefined {
  return typeof UKO_ENCODED === "undefined" ? undefined : async () => Buffer.from(UKO_ENCODED[name], "base64");
}

function providerResponses(session: TerraformSession): Handlers<typeof Provider> {
  // Errors become diagnostics of a response, because hosts show a bare status as a crashed plugin.
  const diagnosed = <Name extends keyof Calls & CallName>(name: Name) => {
    return async (request: RequestOf<Name>) => {
      // The code that calls the service is imported here, after the host has connected, because the import takes longer
      // than a start.
      const { calls, diagnosticOf } = await loadDeferred();
      const fields = {
        tf_rpc: Provider.method[name].name,
        ...("typeName" in request && { tf_resource_type: request.typeName }),
      };
      session.log.write("trace", "Called", fields);
      try {
        const call = calls[name] as (session: TerraformSession, request: unknown) => Promise<object>;
        return await call(session, request);
      } catch (error) {
        session.log.write("error", error instanceof Error ? error.message : "unknown fault", fields);
        return { diagnostics: [diagnosticOf(error, [], session.memory.isRepeated(asUkoError(error)))] };
      } finally {
        session.log.write("debug", "Answered", fields);
      }
    };
  };
  return {
    getMetadata: diagnosed("getMetadata"),
    getProviderSchema: encoded("getProviderSchema") ?? diagnosed("getProviderSchema"),
    getResourceIdentitySchemas: encoded("getResourceIdentitySchemas") ?? diagnosed("getResourceIdentitySchemas"),
    validateProviderConfig: diagnosed("validateProviderConfig"),
    configureProvider: diagnosed("configureProvider"),
    validateResourceConfig: diagnosed("validateResourceConfig"),
    upgradeResourceState: diagnosed("upgradeResourceState"),
    upgradeResourceIdentity: diagnosed("upgradeResourceIdentity"),
    readResource: diagnosed("readResource"),
    planResourceChange: diagnosed("planResourceChange"),
    applyResourceChange: diagnosed("applyResourceChange"),
    importResourceState: diagnosed("importResourceState"),
    moveResourceState: diagnosed("moveResourceState"),
    generateResourceConfig: diagnosed("generateResourceConfig"),
    validateDataResourceConfig: diagnosed("validateDataResourceConfig"),
    readDataSource: diagnosed("readDataSource"),
    getFunctions: diagnosed("getFunctions"),
    validateListResourceConfig: diagnosed("validateListResourceConfig"),
    async *listResource(request, signal) {
      const { listResource } = await loadDeferred();
      yield* listResource(session, request, signal);
    },
    async stopProvider() {
      session.stop();
      return {};
    },
  } as Handlers<typeof Provider>;
}
