/**
 * Writes what `uko probe` shows to a person: before the first call, what the run will send, and which of these requests
 * stand out in the logs of the services; afterwards, how many answers agree with the emulator and which do not.
 */

import { count } from "../engine/text/words.ts";
import type { RecordedExchange } from "./recording.ts";
import { at, type ProbeCall } from "./row.ts";
import type { Questions } from "./rows.ts";
import type { ProbeSummary } from "./walk.ts";

/** A person who runs the probe can show these lines to their security team first. */
export function sayCalls({ rows, reads }: Questions): string {
  const calls = rows.flatMap(({ send }) => send);
  const notable = Map.groupBy(calls, notableIn);
  const shown = Object.entries(notableRequests).filter(([kind]) => notable.has(kind as Notable));
  return [
    `uko probe logs in to IAM, and then sends at most ${calls.length + Object.keys(reads).length} requests.`,
    "All of them are GET or HEAD, so none of them changes anything. A request without an answer is sent again.",
    "The services refuse some of them on purpose. A security team can see these in the logs:",
    ...shown.map(([kind, says]) => `  ${count(notable.get(kind as Notable)?.length ?? 0, "request")} ${says}`),
  ].join("\n");
}

export function sayProbes({ header, counts, refuted, notTried }: ProbeSummary, recording: string): string {
  const { product, apiVersion, region } = header;
  const tried = counts.verified + counts.refuted;
  return [
    `${count(tried, "probe")} completed on ${product}, API ${apiVersion}, region ${region}: ${counts.verified} verified, ${counts.refuted} refuted.`,
    ...(product === "emulator" ? ["The emulator answered, so this recording proves nothing about IBM's service."] : []),
    ...refuted.flatMap((line) => [
      `Refuted: ${line.id} (row ${line.answers})`,
      `  The service: ${(line.exchanges ?? []).map(sayAnswer).join(", then ")}`,
      `  The emulator: ${line.expects}`,
    ]),
    ...(notTried.length === 0 ? [] : [`${count(notTried.length, "probe")} not tried:`]),
    ...Array.from(
      Map.groupBy(notTried, ({ why = "" }) => why),
      ([why, lines]) => `  ${why}: ${lines.map(({ id }) => id).join(", ")}`,
    ),
    `The recording is ${recording}. Read it before you send it: names, IDs, hosts and times are replaced.`,
  ].join("\n");
}

/** What the service answered, such as "404 `resource_missing`" or "200, `limit`: 50". */
export function sayAnswer({ status, responseHeaders, response, judged = [] }: RecordedExchange): string {
  const codes = Array.from(
    JSON.stringify(response ?? "").matchAll(/"(?:code|errorCode)":"([\w-]+)"/g),
    ([, code]) => ` \`${code}\``,
  );
  const members = judged
    .filter((path) => !/(^|\.)(code|errorCode)$/.test(path))
    .map((path) => {
      const value = path in responseHeaders ? responseHeaders[path] : at({ body: response }, path);
      return `, \`${path}\`: ${value === undefined ? "missing" : String(value)}`;
    });
  return `${status}${[...new Set(codes)].join("")}${members.join("")}`;
}

const notableRequests = {
  noToken: "without a token",
  badToken: "with a text that is not a token",
  unknownApiKey: "for the details of an unknown API key",
  otherInstance: "for an instance that does not exist",
} as const;
type Notable = keyof typeof notableRequests;

/** Why a request looks like an attempt to get in. A request for an unknown key of the caller's own instance does not. */
export function notableIn(call: ProbeCall): Notable | undefined {
  const [line, { as, headers = {} }] = typeof call === "string" ? [call, {}] : call;
  if (headers["iam-apikey"] !== undefined) return "unknownApiKey";
  if (headers["bluemix-instance"] !== undefined || line.endsWith("/instances/{unknown}")) return "otherInstance";
  if (as !== "anonymous") return undefined;
  return headers.authorization === undefined ? "noToken" : "badToken";
}
