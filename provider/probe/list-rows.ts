/**
 * Lists the probes of lists and single objects: envelope, paging, order, content types, and whether secrets are hidden
 * (uko-v4.md 1.5, 2.2-2.4, 3.14).
 */

import { at, isSorted, type ProbeRow, pick, refusedFor, statuses, textAt } from "./row.ts";

const everyState = "state=pre_activation,active,deactivated,destroyed";
/** The words for a key in a keystore (uko-v4.md 3.4). */
export const documentedStatuses: readonly string[] = [
  "active",
  "not_active",
  "not_present",
  "wrong_key",
  "pending_destruction",
  "unknown",
  "error",
];
/** uko-v4.md 3.1 and 3.4. A deletion stops at any other word. */
const words: Readonly<Record<string, readonly string[]>> = {
  "managed_keys.*.state": [
    "pre_activation",
    "active",
    "deactivated",
    "destroyed",
    "compromised",
    "destroyed_compromised",
  ],
  "managed_keys.*.status_in_keystores.*.status": documentedStatuses,
  "managed_keys.*.status_in_keystores.*.keystore_sync_flag": ["ok", "out_of_sync", "error", "verifying_sync"],
};
/** Members that can hold a secret (uko-v4.md 3.7). */
const secretMembers = [
  "ibm_api_key",
  "aws_access_key_id",
  "aws_secret_access_key",
  "google_credentials",
  "azure_service_principal_password",
] as const;

// biome-ignore format: a row in few lines
export const listRows = [
  { id: "keys.envelope", answers: "K1",
    expects: "A list has total_count, limit 20, offset 0, first and last, and no ETag.",
    send: ["GET uko /managed_keys"],
    holds: ([response]) =>
      typeof at(response, "total_count") === "number" &&
      at(response, "limit") === 20 &&
      at(response, "offset") === 0 &&
      textAt(response, "first.href") !== "" &&
      textAt(response, "last.href") !== "" &&
      response?.headers.etag === undefined },
  { id: "keys.default-states", answers: "K1",
    expects: "Without `state`, a list hides deactivated and destroyed keys.",
    send: ["GET uko /managed_keys?state=deactivated,destroyed&limit=1", "GET uko /managed_keys?limit=1000"],
    holds: ([hidden, list]) => {
      if (at(hidden, "total_count") === 0) return "no deactivated or destroyed key is visible";
      const states = pick(list, "managed_keys.*.state");
      return states.every((state) => state === "active" || state === "pre_activation");
    } },
  { id: "keys.default-order", answers: "K1", expects: "Keys come with the latest change first.",
    send: [`GET uko /managed_keys?limit=5&${everyState}`],
    holds: ([response]) => isSorted(pick(response, "managed_keys.*.updated_at"), "down") },
  { id: "keys.words", answers: "K3", expects: "Each state, status and sync flag is one of the documented words.",
    send: ["GET uko /managed_keys?limit=100", `GET uko /managed_keys?limit=100&${everyState}`],
    holds: (lists) => {
      if (lists.every((list) => pick(list, "managed_keys.*").length === 0)) return "no key is visible";
      return Object.entries(words).every(([path, known]) =>
        lists.every((list) => pick(list, path).every((word) => known.includes(String(word)))),
      );
    } },
  { id: "keys.full-page", answers: "K1", expects: "A page has as many keys as `limit` says, or all of them.",
    send: ["GET uko /managed_keys?limit=1000"],
    holds: ([response]) =>
      pick(response, "managed_keys.*").length === Math.min(1000, Number(at(response, "total_count"))) },
  { id: "keys.date", answers: "K1", expects: "Each response has the header `Date`.",
    send: ["GET uko /managed_keys?limit=1"],
    holds: ([response]) => response?.headers.date !== undefined },
  { id: "keys.sort", answers: "K1", expects: "`sort=created_at` lists the oldest key first.",
    send: [`GET uko /managed_keys?limit=5&sort=created_at&${everyState}`],
    holds: ([response]) => isSorted(pick(response, "managed_keys.*.created_at"), "up") },
  { id: "keys.sort-unknown", answers: "K1", expects: "A field that cannot be sorted by is 400 with the parameter.",
    send: ["GET uko /managed_keys?sort=uko_probe"], holds: refusedFor(400, "sort") },
  { id: "keys.pages", answers: "K1",
    expects: "The second page begins after the first one and names the previous page.",
    send: [
      `GET uko /managed_keys?limit=1&sort=created_at&${everyState}`,
      `GET uko /managed_keys?limit=1&offset=1&sort=created_at&${everyState}`,
    ],
    holds: ([first, second]) =>
      Number(at(first, "total_count")) < 2
        ? "fewer than two keys are visible"
        : textAt(first, "next.href").includes("offset=1") &&
          textAt(second, "previous.href").includes("offset=0") &&
          at(first, "managed_keys.0.id") !== at(second, "managed_keys.0.id") },
  { id: "keys.past-end", answers: "K1", expects: "An offset behind the end is an empty page with the whole count.",
    send: ["GET uko /managed_keys?offset=100000", "GET uko /managed_keys?limit=1"],
    holds: ([past, list]) =>
      past?.status === 200 &&
      pick(past, "managed_keys.*").length === 0 &&
      at(past, "total_count") === at(list, "total_count") },
  ...(["0", "1001", "x"] as const).map((limit) => ({
    id: `keys.limit-${limit}`,
    answers: "U33",
    expects: `limit=${limit} is 400 with the parameter.`,
    send: [`GET uko /managed_keys?limit=${limit}`] as const,
    holds: refusedFor(400, "limit"),
  })),
  { id: "keys.offset-negative", answers: "U33", expects: "offset=-1 is 400 with the parameter.",
    send: ["GET uko /managed_keys?offset=-1"], holds: refusedFor(400, "offset") },
  { id: "keys.vendor-type", answers: "K1", expects: "A list is served as IBM's own JSON type.",
    send: [
      ["GET uko /managed_keys?limit=1", { headers: { accept: "application/vnd.ibm.uko.managed-key-list.v4.1+json" } }],
    ],
    holds: ([response]) =>
      response?.headers["content-type"]?.startsWith("application/vnd.ibm.uko.managed-key-list.v4.1+json") === true },
  { id: "keys.csv", answers: "K1", expects: "A list as zipped CSV is 406.",
    send: [
      [
        "GET uko /managed_keys?limit=1",
        { headers: { accept: "application/vnd.ibm.uko.managed-key-list.v4.1.csv+zip" } },
      ],
    ],
    holds: statuses(406) },
  { id: "keys.hrefs", answers: "U32", expects: "`href` is relative and begins with /v4/.",
    send: ["GET uko /managed_keys?limit=1"],
    holds: ([response]) => textAt(response, "first.href").startsWith("/v4/") },
  { id: "templates.list", answers: "T1, T3",
    expects: "A template has its version, the count of its keys, and one keystores item.",
    send: ["GET uko /templates?limit=3", "GET uko /templates/{template}"],
    holds: ([, one]) =>
      typeof at(one, "version") === "number" &&
      typeof at(one, "keys_count") === "number" &&
      pick(one, "keystores.*").length === 1 &&
      one?.headers.etag === textAt(one, "updated_at") },
  { id: "templates.default-types", answers: "U17", expects: "Without `type[]`, a list has no shadow template.",
    send: ["GET uko /templates?limit=1000"],
    holds: ([response]) => response?.status === 200 && !pick(response, "templates.*.type.*").includes("shadow") },
  { id: "keystores.one", answers: "S1, S3",
    expects: "A keystore has its groups and its health, and `updated_at` as ETag.",
    send: ["GET uko /keystores/{keystore}"],
    holds: ([one]) =>
      textAt(one, "status.health_status") !== "" &&
      Array.isArray(at(one, "groups")) &&
      one?.headers.etag === textAt(one, "updated_at") },
  { id: "keystores.secrets", answers: "U24", expects: "Secrets of a keystore are empty or ***.",
    send: ["GET uko /keystores?limit=20"],
    holds: ([response]) => {
      const secrets = secretMembers.flatMap((member) => pick(response, `keystores.*.${member}`));
      return secrets.length === 0
        ? "no keystore with a secret is visible"
        : secrets.every((text) => text === "" || text === "***");
    } },
  { id: "keystores.proxy", answers: "proxy", expects: "Only a keystore in Azure shows `tls_proxy`.",
    send: ["GET uko /keystores?limit=20"],
    holds: ([response]) =>
      pick(response, "keystores.*").every(
        (body) => at({ body }, "tls_proxy") === undefined || at({ body }, "type") === "azure_key_vault",
      ) },
  { id: "keystores.place", answers: "internal-place", expects: "An internal keystore leaves its instance out.",
    send: ["GET uko /keystores?limit=1000&type=ibm_cloud_kms"],
    holds: ([response]) => {
      const internal = pick(response, "keystores.*").filter((body) => at({ body }, "ibm_variant") === "internal");
      if (internal.length === 0) return "no internal keystore is visible";
      return internal.every((body) => textAt({ body }, "ibm_instance_id") === "");
    } },
  { id: "keystores.status", answers: "S6, S7, S8",
    expects: "The health of a keystore is 200 with health_status and last_heartbeat.",
    send: ["GET uko /keystores/{keystore}/status"],
    holds: ([response]) => textAt(response, "health_status") !== "" && textAt(response, "last_heartbeat") !== "" },
  { id: "keystores.keys", answers: "S6, S7, S8",
    expects: "The keys of a keystore are a list in which no key is in pre_activation or destroyed.",
    send: ["GET uko /keystores/{keystore}/managed_keys?limit=20&state=pre_activation,active,deactivated,destroyed"],
    holds: ([response]) =>
      typeof at(response, "total_count") === "number" &&
      pick(response, "managed_keys.*.state").every((state) => state === "active" || state === "deactivated") },
  { id: "keystores.resources", answers: "S6, S7, S8", expects: "The resources of a keystore are a list.",
    send: ["GET uko /keystores/{keystore}/associated_resources?limit=1"],
    holds: ([response]) => typeof at(response, "total_count") === "number" },
  { id: "vaults.counts", answers: "V1, V3",
    expects: "A vault has the counts of its keys, templates and keystores, and an ETag.",
    send: ["GET uko /vaults/{vault}"],
    holds: ([response]) =>
      ["keys_count", "key_templates_count", "keystores_count"].every(
        (name) => typeof at(response, name) === "number",
      ) && response?.headers.etag === textAt(response, "updated_at") },
] as const satisfies readonly ProbeRow[];
