/** Lists the probes of refusals and headers of UKO (uko-v4.md 1.4, 2.6). */

import { at, type ProbeRow, refusedFor, statuses } from "./row.ts";

// biome-ignore format: a row in few lines
export const errorRows = [
  ...(["managed_keys", "templates", "keystores", "vaults"] as const).map((list) => ({
    id: `error.unknown-${list}`,
    answers: "U1",
    expects: "An unknown ID is 404 with the code not_found.",
    send: [`GET uko /${list}/{unknown}`] as const,
    holds: (([response]) =>
      response?.status === 404 && at(response, "errors.0.code") === "not_found") satisfies ProbeRow["holds"],
  })),
  { id: "error.correlation", answers: "U1", expects: "`trace` of a refusal is its X-Correlation-ID.",
    send: ["GET uko /managed_keys/{unknown}"],
    holds: ([response]) =>
      response?.headers["x-correlation-id"] !== undefined &&
      at(response, "trace") === response.headers["x-correlation-id"] },
  { id: "error.no-token", answers: "U1",
    expects: "Without a token the response is 401 with `WWW-Authenticate: Bearer`.",
    send: [["GET uko /managed_keys?limit=1", { as: "anonymous" }]],
    holds: ([response]) => response?.status === 401 && response.headers["www-authenticate"] === "Bearer" },
  { id: "error.bad-token", answers: "U1", expects: "A text that is not a token is 401 with the code unauthorized.",
    send: [["GET uko /managed_keys?limit=1", { as: "anonymous", headers: { authorization: "Bearer uko-probe" } }]],
    holds: ([response]) => response?.status === 401 && at(response, "errors.0.code") === "unauthorized" },
  { id: "error.order", answers: "order", expects: "An unknown ID without a token is 401, not 404.",
    send: [["GET uko /managed_keys/{unknown}", { as: "anonymous" }]], holds: statuses(401) },
  { id: "error.order-parameter", answers: "order", expects: "A wrong parameter without a token is 401, not 400.",
    send: [["GET uko /managed_keys?limit=0", { as: "anonymous" }]], holds: statuses(401) },
  { id: "error.path", answers: "U1", expects: "An unknown path is 404 in UKO's form.",
    send: ["GET uko /uko_probe_unknown"], holds: refusedFor(404) },
  { id: "error.use-unknown", answers: "registrations", expects: "The resources of an unknown key are 404.",
    send: ["GET uko /managed_keys/{unknown}/associated_resources"], holds: refusedFor(404) },
  { id: "error.head", answers: "methods", expects: "HEAD of a list is 200.",
    send: ["HEAD uko /managed_keys?limit=1"], holds: statuses(200) },
] as const satisfies readonly ProbeRow[];
