/**
 * Lists the probes of KMS, which only read (kms-v2-and-iam.md 1-4, 10). A probe is a set of requests by which `uko
 * probe` compares a real service with the emulator.
 */

import { at, kmsRefusal, type ProbeRow, pick, statuses, textAt } from "./row.ts";

// biome-ignore format: a row in few lines
export const kmsRows = [
  { id: "kms.list", answers: "M3, M4", expects: "A list counts its items and names IBM's type.",
    send: ["GET kms /keys?limit=3"],
    holds: ([response]) =>
      at(response, "metadata.collectionType") === "application/vnd.ibm.kms.key+json" &&
      at(response, "metadata.collectionTotal") === pick(response, "resources.*").length },
  { id: "kms.count", answers: "M3, M4", expects: "HEAD returns the count in Key-Total.",
    send: ["HEAD kms /keys"],
    holds: ([response]) => response?.status === 200 && /^\d+$/.test(response.headers["key-total"] ?? "") },
  { id: "kms.empty-filters", answers: "KMS-empty", expects: "Empty `state` and `sort` count as absent.",
    send: ["GET kms /keys?limit=1", "GET kms /keys?limit=1&state=&sort="],
    holds: ([plain, empty]) =>
      empty?.status === 200 && at(plain, "metadata.collectionTotal") === at(empty, "metadata.collectionTotal") },
  { id: "kms.state", answers: "KMS-errors", expects: "An unknown state is 400 with INVALID_QUERY_PARAM_ERR.",
    send: ["GET kms /keys?state=9"], holds: kmsRefusal(400, "INVALID_QUERY_PARAM_ERR") },
  { id: "kms.states", answers: "M3, M4", expects: "Each state is 0, 1, 2, 3 or 5.",
    send: ["GET kms /keys?limit=200&state=0,1,2,3,5"],
    holds: ([response]) => pick(response, "resources.*.state").every((state) => [0, 1, 2, 3, 5].includes(Number(state))) },
  { id: "kms.date", answers: "M3, M4", expects: "Each response has the header `Date`.",
    send: ["GET kms /keys?limit=1"],
    holds: ([response]) => response?.headers.date !== undefined },
  { id: "kms.headline", answers: "KMS-errors", expects: "`errorMsg` ends with the reason code in brackets.",
    send: ["GET kms /keys/{unknown}/metadata"],
    holds: ([response]) => textAt(response, "resources.0.errorMsg").endsWith("(KEY_NOT_FOUND_ERR)") },
  { id: "kms.unknown", answers: "KMS-11", expects: "An unknown key is 404 with KEY_NOT_FOUND_ERR.",
    send: ["GET kms /keys/{unknown}/metadata"], holds: kmsRefusal(404, "KEY_NOT_FOUND_ERR") },
  { id: "kms.foreign-instance", answers: "KMS-11", expects: "Another instance is 401 without a reason code.",
    send: [["GET kms /keys?limit=1", { headers: { "bluemix-instance": "{unknown}" } }]], holds: kmsRefusal(401) },
  { id: "kms.no-subject", answers: "KMS-subject",
    expects: "A text that is not a token is 400 with BEARER_SUB_EXTRACTION_ERR.",
    send: [["GET kms /keys?limit=1", { as: "anonymous", headers: { authorization: "Bearer uko-probe" } }]],
    holds: kmsRefusal(400, "BEARER_SUB_EXTRACTION_ERR") },
  { id: "kms.path", answers: "KMS-path", expects: "An unknown path is 404 in KMS's form, also without a token.",
    send: [["GET kms /uko_probe_unknown", { as: "anonymous" }]],
    holds: ([response]) => response?.status === 404 && textAt(response, "resources.0.errorMsg") !== "" },
  { id: "kms.ring-header", answers: "KMS-24", expects: "A key under the header of another key ring is 404.",
    send: [["GET kms /keys/{kmsKey}/metadata", { headers: { "x-kms-key-ring": "uko-probe-unknown" } }]],
    holds: statuses(404) },
  { id: "kms.metadata", answers: "M5, M6",
    expects: "Metadata has state, extractable, dualAuthDelete and algorithm, and no material.",
    send: ["GET kms /keys/{kmsKey}/metadata"],
    holds: ([response]) =>
      typeof at(response, "resources.0.state") === "number" &&
      typeof at(response, "resources.0.extractable") === "boolean" &&
      typeof at(response, "resources.0.dualAuthDelete.enabled") === "boolean" &&
      at(response, "resources.0.payload") === undefined },
  { id: "kms.first-update", answers: "KMS-first-update", expects: "`lastUpdateDate` is always shown.",
    send: ["GET kms /keys/{kmsKey}/metadata"],
    holds: ([response]) => textAt(response, "resources.0.lastUpdateDate") !== "" },
  { id: "kms.alias-unknown", answers: "M5, M6", expects: "An unknown alias is 404 with KEY_NOT_FOUND_ERR.",
    send: ["GET kms /keys/uko-probe-unknown/metadata"], holds: kmsRefusal(404, "KEY_NOT_FOUND_ERR") },
  { id: "kms.policies", answers: "KMS-15", expects: "A list of policies without an item leaves `resources` out.",
    send: ["GET kms /keys/{kmsKey}/policies"],
    holds: ([response]) =>
      at(response, "metadata.collectionTotal") === 0 ? at(response, "resources") === undefined : "the key has policies" },
  { id: "kms.instance-policies", answers: "KMS-16", expects: "Policies of the instance are in camel case.",
    send: ["GET kms /instance/policies"],
    holds: ([response]) => {
      if (at(response, "metadata.collectionTotal") === 0) return "the instance has no policy";
      return textAt(response, "resources.0.createdBy") !== "" && textAt(response, "resources.0.creationDate") !== "";
    } },
  { id: "kms.registrations", answers: "M21, M22", expects: "Registrations are a counted list of IBM's type.",
    send: ["GET kms /keys/registrations?limit=1"],
    holds: ([response]) => at(response, "metadata.collectionType") === "application/vnd.ibm.kms.registration+json" },
  { id: "kms.versions", answers: "M23", expects: "The versions of a root key have IDs and dates.",
    send: ["GET kms /keys/{kmsKey}/versions?limit=2&allKeyStates=true"],
    holds: ([response]) =>
      textAt(response, "resources.0.id") !== "" && textAt(response, "resources.0.creationDate") !== "" },
  { id: "kms.rings", answers: "M24", expects: "There is a key ring `default`.",
    send: ["GET kms /key_rings"],
    holds: ([response]) => pick(response, "resources.*.id").includes("default") },
  { id: "kms.correlation", answers: "M3, M4", expects: "Each response has Correlation-ID.",
    send: ["GET kms /keys?limit=1"],
    holds: ([response]) => response?.status === 200 && response.headers["correlation-id"] !== undefined },
] as const satisfies readonly ProbeRow[];
