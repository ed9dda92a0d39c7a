/**
 * Writes what `uko probe` shows to a person: before the first call, what the run will send, and which of these requests
 * stand out in the logs of the services; afterwards, how many answers agree with the emulator and which do not.
 */

import { count } from "../engine/text/words.ts";
import { type CheckedRecording, countVerdicts } from "./check.ts";
import type { ProbeLine, RecordedExchange, RecordingHeader } from "./recording.ts";
import type { ProbeCall } from "./row.ts";
import type { Questions } from "./rows.ts";
import type { ProbeSummary } from "./walk.ts";

/** A person who runs the probe can show these lines to their security team first. */
export function explainCalls({ rows, reads }: Questions): string {
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

export function sayProbes(summary: ProbeSummary, recording: string): string {
  const { header, counts, rows } = summary;
  const tried = counts.verified + counts.refuted;
  return [
    `${count(tried, "probe")} completed on ${placeIn(header)}: ${counts.verified} verified, ${counts.refuted} refuted.`,
    ...sayRows(header, rows),
    `The recording is ${recording}. Read it before you send it: names, IDs, hosts and times are replaced.`,
  ].join("\n");
}

/** What a recording shows, for the person who made it or got it. */
export function sayChecked({ header, counts, rows, contradicted }: CheckedRecording): string {
  const shown = counts.verified + counts.refuted;
  const what = header.of === "deletion" ? "a deletion" : "uko probe";
  return [
    `A recording of ${what} on ${placeIn(header)}, begun on ${header.day}.`,
    `It shows ${shown} of ${count(rows.length, "row")}: ${counts.verified} verified, ${counts.refuted} refuted.`,
    ...(contradicted.length === 0
      ? []
      : [
          `Its own lines say something else about ${contradicted.join(", ")}, so the file was changed or is of another release.`,
        ]),
    ...sayRows(header, rows),
  ].join("\n");
}

const placeIn = ({ product, apiVersion, region }: RecordingHeader): string =>
  `${product}, API ${apiVersion}, region ${region}`;

/** The refuted rows with the answer of the service, and the rows that were not tried, by the reason. */
function sayRows({ product, of }: RecordingHeader, rows: readonly ProbeLine[]): readonly string[] {
  const notTried = rows.filter(({ verdict }) => verdict === "not_tried");
  const left =
    of === "deletion"
      ? `${count(notTried.length, "row")} not shown, by what each needs:`
      : `${count(notTried.length, "probe")} not tried:`;
  return [
    ...(product === "emulator" ? ["The emulator answered, so this recording proves nothing about IBM's service."] : []),
    ...rows
      .filter(({ verdict }) => verdict === "refuted")
      .flatMap((line) => [
        `Refuted: ${line.id} (row ${line.answers})`,
        `  The service: ${(line.exchanges ?? []).map(sayAnswer).join(", then ")}`,
        `  The emulator: ${line.expects}`,
      ]),
    ...(notTried.length === 0 ? [] : [left]),
    ...Array.from(
      Map.groupBy(notTried, ({ why = "" }) => why),
      ([why, lines]) => `  ${why}: ${lines.map(({ id }) => id).join(", ")}`,
    ),
  ];
}

/** What a run with `--record` says at its end. */
export function sayRecorded({
  path,
  count: exchanges,
  omitted,
  rows,
}: {
  readonly path: string;
  readonly count: number;
  readonly omitted: number;
  readonly rows: readonly ProbeLine[];
}): string {
  const { verified, refuted } = countVerdicts(rows);
  const more = refuted > 0 ? ` uko probe --check ${path} says which.` : "";
  return [
    `Recorded ${count(exchanges, "request")} in ${path}.`,
    `So far it shows ${verified + refuted} of ${rows.length} rows: ${verified} verified, ${refuted} refuted.${more}`,
    ...(omitted > 0 ? [`Left out ${count(omitted, "request")} of this run, because the run had too many.`] : []),
  ].join("\n");
}

/** What the service answered, such as "404 `resource_missing`" or "200, `limit`: 50". */
export function sayAnswer({ status, response, judged = {} }: RecordedExchange): string {
  const codes = Array.from(
    JSON.stringify(response ?? "").matchAll(/"(?:code|errorCode)":"([\w-]+)"/g),
    ([, code]) => ` \`${code}\``,
  );
  const members = Object.entries(judged)
    .filter(([path]) => !/(^|\.)(code|errorCode)$/.test(path))
    .map(([path, values]) => `, \`${path}\`: ${values.map(String).join(" ")}`);
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
