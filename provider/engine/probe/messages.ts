/**
 * Writes what `uko probe` shows to a person: before the first call, what the run will send, and which of these requests
 * stand out in the logs of the services; afterwards, how many answers agree with the emulator and which do not.
 */

import { count } from "../text/words.ts";
import type { ProbeCall } from "./row.ts";
import { firstReads, probeRows } from "./rows.ts";
import type { ProbeSummary } from "./walk.ts";

/** A person who runs the probe can show these lines to their security team first. */
export function sayCalls(): string {
  const calls = probeRows.flatMap(({ send }) => send);
  const notable = Map.groupBy(calls, notableIn);
  return [
    `uko probe logs in to IAM, and then sends at most ${calls.length + Object.keys(firstReads).length} requests.`,
    "All of them are GET or HEAD, so none of them changes anything. A request without an answer is sent again.",
    "The services refuse some of them on purpose. A security team can see these in the logs:",
    ...Object.entries(notableRequests).map(
      ([kind, says]) => `  ${count(notable.get(kind as Notable)?.length ?? 0, "request")} ${says}`,
    ),
  ].join("\n");
}

export function sayProbes({ header, counts, refuted }: ProbeSummary, recording: string): string {
  const { product, apiVersion, region } = header;
  const tried = counts.verified + counts.refuted;
  return [
    `${count(tried, "probe")} completed on ${product}, API ${apiVersion}, region ${region}: ${counts.verified} verified, ${counts.refuted} refuted. ${counts.not_tried} not tried.`,
    ...(product === "emulator" ? ["The emulator answered, so this recording proves nothing about IBM's service."] : []),
    ...refuted.flatMap(({ id, answers, expects }) => [`Refuted: ${id} (row ${answers})`, `  The emulator: ${expects}`]),
    `The recording is ${recording}. Read it before you send it: names, IDs, hosts and times are replaced.`,
  ].join("\n");
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
