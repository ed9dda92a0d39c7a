/**
 * The services of this process: the provider, and the few that go-plugin requires in addition. All
 * other calls are UNIMPLEMENTED, and hosts that know them do without.
 */

import { Server } from "@grpc/grpc-js";
import type { EncodedResponses } from "./encoded-responses.ts";
import { addService, type Handlers } from "./grpc-service.ts";
import { type Deferred, loadDeferred } from "./load-deferred.ts";
import { GRPCController, GRPCStdio } from "./protocol/go-plugin_pb.ts";
import { Health, HealthCheckResponse_ServingStatus } from "./protocol/health_pb.ts";
import { Provider } from "./protocol/tfplugin6_pb.ts";
import type { CallName, RequestOf, Session } from "./session.ts";

/** The host limits neither side, and a state may be large. It asks for no statistics of calls (channelz). */
const channelOptions = {
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  "grpc.enable_channelz": 0,
};

/** `shutDown` is called once its response is on its way. */
export function createServer(session: Session, shutDown: () => void): Server {
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

/** Given by the bundler; not there where the sources run. */
declare const UKO_ENCODED: EncodedResponses | undefined;

/** Responses that need no other code of this provider. */
function encoded(name: keyof EncodedResponses): (() => Promise<Uint8Array>) | undefined {
  return typeof UKO_ENCODED === "undefined" ? undefined : async () => Buffer.from(UKO_ENCODED[name], "base64");
}

function providerResponses(session: Session): Handlers<typeof Provider> {
  // The responses have diagnostics, so that no error ends as a bare status, which hosts show as a
  // crashed plugin.
  const diagnosed = <Name extends keyof Calls & CallName>(name: Name) => {
    return async (request: RequestOf<Name>) => {
      // Importing the code that calls the service takes longer than a start, so it is postponed
      // until the host is connected.
      const { calls, diagnosticOf } = await loadDeferred();
      const fields = {
        tf_rpc: Provider.method[name].name,
        ...("typeName" in request && { tf_resource_type: request.typeName }),
      };
      session.log.write("trace", "Called", fields);
      try {
        const call = calls[name] as (session: Session, request: unknown) => Promise<object>;
        return await call(session, request);
      } catch (error) {
        session.log.write("error", error instanceof Error ? error.message : "unknown fault", fields);
        return { diagnostics: [diagnosticOf(error)] };
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
