/**
 * The Provider service: each call by name. All other calls are UNIMPLEMENTED, and hosts that know
 * them do without.
 */

import type { MessageShape } from "@bufbuild/protobuf";
import type { EncodedAnswers } from "./encoded-answers.ts";
import type { Answers } from "./grpc-service.ts";
import { type Deferred, loadDeferred } from "./load-deferred.ts";
import { Provider } from "./protocol/tfplugin6_pb.ts";
import type { Session } from "./session.ts";

type Calls = Deferred["calls"];
type Methods = (typeof Provider)["method"];
type Unary = { [Name in keyof Methods]: Methods[Name]["methodKind"] extends "unary" ? Name : never }[keyof Methods];

/**
 * Calls whose responses have diagnostics, so that no error ends as a bare status, which hosts show
 * as a crashed plugin.
 */
type Diagnosed = Exclude<Unary, "stopProvider">;

/** Given by the bundler; not there where the sources run. */
declare const UKO_ENCODED: EncodedAnswers | undefined;

/** Responses that need no other code of this provider. */
function encoded(name: keyof EncodedAnswers): (() => Promise<Uint8Array>) | undefined {
  return typeof UKO_ENCODED === "undefined" ? undefined : async () => Buffer.from(UKO_ENCODED[name], "base64");
}

export function providerAnswers(session: Session): Answers<typeof Provider> {
  const diagnosed = <Name extends keyof Calls & Diagnosed>(name: Name) => {
    return async (request: MessageShape<Methods[Name]["input"]>) => {
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
  } as Answers<typeof Provider>;
}
