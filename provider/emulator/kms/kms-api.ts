/** The KMS API v2 of the same instance, as far as twins of internal keys go; rows of kms-v2-and-iam.md 2.1 as `M<row>`. */

import type { Tokens } from "../iam/tokens.ts";
import type { Twin } from "../model.ts";
import { Refusal } from "../refusal.ts";
import type { Api, Call, Reply, Route } from "../serve.ts";
import { bearerIdentity } from "../uko/uko-api.ts";
import { collection, kmsHeaders, refusal, refuseKms, unauthorized } from "./envelope.ts";
import { requireKmsRight, twinOf } from "./twin-access.ts";
import { readInstancePolicies, readKeyPolicies, writeInstancePolicies, writeKeyPolicies } from "./twin-policies.ts";
import { viewRegistration, viewTwin } from "./twin-view.ts";
import { deleteTwin, purgeTwin, restoreTwin, setForDeletion, unsetForDeletion } from "./twin-writes.ts";

export function kmsApi(tokens: Tokens): Api {
  return { identify: bearerIdentity(tokens), unauthorized, refuse: refuseKms, headers: kmsHeaders };
}

const keys = "/api/v2/keys";
const one = `${keys}/:id`;

export const kmsRoutes: readonly Route[] = [
  { operation: "M3", method: "GET", path: keys, mutates: false, handle: listTwins },
  {
    operation: "M21",
    method: "GET",
    path: `${one}/registrations`,
    mutates: false,
    handle: (call) => {
      const twin = twinOf(call, "kms.registrations.list");
      const resources = call.world.keys.get(twin.keyId)?.resources ?? [];
      return collection(
        "registration",
        resources.map((resource) => viewRegistration(twin, resource)),
      );
    },
  },
  {
    operation: "M6",
    method: "GET",
    path: `${one}/metadata`,
    mutates: false,
    handle: (call) => getTwin(call, "kms.readmetadata"),
  },
  { operation: "M5", method: "GET", path: one, mutates: false, handle: (call) => getTwin(call, "kms.read") },
  { operation: "M10", method: "DELETE", path: `${one}/purge`, mutates: true, handle: purgeTwin },
  { operation: "M8", method: "DELETE", path: one, mutates: true, handle: deleteTwin },
  { operation: "M9", method: "POST", path: `${one}/restore`, mutates: true, handle: restoreTwin },
  { operation: "M14", method: "POST", path: `${one}/actions/setKeyForDeletion`, mutates: true, handle: setForDeletion },
  {
    operation: "M15",
    method: "POST",
    path: `${one}/actions/unsetKeyForDeletion`,
    mutates: true,
    handle: unsetForDeletion,
  },
  { operation: "M17", method: "GET", path: `${one}/policies`, mutates: false, handle: readKeyPolicies },
  { operation: "M18", method: "PUT", path: `${one}/policies`, mutates: true, handle: writeKeyPolicies },
  { operation: "M19", method: "GET", path: "/api/v2/instance/policies", mutates: false, handle: readInstancePolicies },
  { operation: "M20", method: "PUT", path: "/api/v2/instance/policies", mutates: true, handle: writeInstancePolicies },
  { operation: "M0", method: "POST", path: keys, mutates: false, handle: notServed },
];

function getTwin(call: Call, right: string): Reply {
  return collection("key", [viewTwin(call.world, twinOf(call, right), call.nowMs)]);
}

const limits = { defaultLimit: 200, maxLimit: 5_000 } as const;

/** M3: destroyed keys are hidden unless `state` asks for them (kms-v2-and-iam.md 2.3). */
function listTwins(call: Call): Reply {
  requireKmsRight(call, "kms.list");
  const query = call.url.searchParams;
  const states = (query.get("state") ?? "0,1,2,3").split(",");
  const ring = call.header("x-kms-key-ring");
  const matches = (twin: Twin): boolean =>
    states.includes(String(twin.state)) && (ring === undefined || ring === twin.ring);
  const found = [...call.world.twins.values()].filter(matches).sort((a, b) => (a.id < b.id ? -1 : 1));
  const limit = bounded(query.get("limit"), "limit", limits.defaultLimit, limits.maxLimit);
  const offset = bounded(query.get("offset"), "offset", 0, Number.MAX_SAFE_INTEGER);
  return collection(
    "key",
    found.slice(offset, offset + limit).map((twin) => viewTwin(call.world, twin, call.nowMs)),
  );
}

function bounded(text: string | null, name: string, fallback: number, max: number): number {
  if (text === null) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  throw refusal(400, "INVALID_FIELD_ERR", "Keys could not be listed", `The query parameter ${name} is not valid`);
}

function notServed(call: Call): Reply {
  requireKmsRight(call, "kms.create");
  throw new Refusal(405, "NOT_SERVED", "The local UKO does not create KMS keys of its own yet.");
}
