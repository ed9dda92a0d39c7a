/** The adapters of one person, with an emulator. */

import { createHash } from "node:crypto";
import { createResponseTrust, createServiceClock } from "../../provider/engine/ports/service-memory.ts";
import type { KeyRef, Session, World } from "../../provider/engine/ports/world.ts";
import { createEndpoints } from "../../provider/services/broker.ts";
import { nameService } from "../../provider/services/consents/service-name.ts";
import type { HttpClient } from "../../provider/services/http/client.ts";
import { createTokens } from "../../provider/services/iam.ts";
import { createBackingKeys } from "../../provider/services/kms/backing-keys.ts";
import { createKmsKeys } from "../../provider/services/kms/keys.ts";
import { createOwnSeal } from "../../provider/services/own-seal.ts";
import { createInstanceSession } from "../../provider/services/session.ts";
import { createUkoClient, type UkoClient } from "../../provider/services/uko/client.ts";
import { apiKeys, type Name, type TestWorld, vaultId } from "../emulator/harness.ts";
import { aClient } from "./scripted-server.ts";

export interface Adapters extends UkoClient, Pick<World, "backingKeys" | "kmsKeys" | "serviceClock" | "responseTrust"> {
  readonly http: HttpClient;
  readonly session: Session;
}

export function adaptersOf(world: TestWorld, name: Name | { readonly apiKey: string }): Adapters {
  const { instanceId } = world.emulator;
  const http = aClient().http;
  const here = { url: world.url, source: "environment" } as const;
  const iam = { ...here, role: "iam" } as const;
  const apiKey = typeof name === "string" ? apiKeys[name] : name.apiKey;
  const credential = { kind: "api_key", read: () => apiKey } as const;
  const tokens = createTokens({
    http,
    credential,
    endpoint: iam,
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
    monotonicMs: () => 0,
  });
  const endpoints = createEndpoints({ http, bearer: tokens, instanceId, broker: { ...here, role: "broker" } });
  const service = { http, bearer: tokens, instanceId };
  const uko = createUkoClient({
    ...service,
    endpoint: endpoints.uko,
    beforeWrite: async () => {},
    monotonicMs: () => world.emulator.world.clock.nowMs(),
    sleep: async (_, signal) => signal.throwIfAborted(),
  });
  return {
    http,
    ...uko,
    backingKeys: createBackingKeys({ ...service, endpoint: endpoints.kms }),
    kmsKeys: createKmsKeys({ ...service, endpoint: endpoints.kms }),
    session: createInstanceSession({
      ...{ instanceId, http, tokens, endpoints },
      ownSeal: createOwnSeal(
        credential,
        nameService([iam], () => []),
      ),
      keystores: () => uko.keystores,
    }),
    serviceClock: createServiceClock(tokens.issuedAtMs),
    responseTrust: createResponseTrust(),
  };
}

export function refOf(world: TestWorld, keyId: string): KeyRef {
  return { instanceId: world.emulator.instanceId, vaultId, keyId };
}
