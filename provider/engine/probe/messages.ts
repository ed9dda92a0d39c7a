/**
 * Writes what `uko probe` shows to a person: how many answers of the service agree with the emulator, which do not, and
 * each throwaway key that is left, with the next command. It also chooses the exit code, which says whether such a key
 * waits for time or for people. An answer that does not agree is a result and no error.
 */

import { capital, count, plain, sayTime } from "../text/words.ts";
import type { Left, ProbeSummary } from "./walk.ts";

/** 11 if a key waits for time only, 12 if people have to end one, 0 without a key. A refuted row is a result. */
export function exitCodeOf({ left }: ProbeSummary): number {
  if (left.length === 0) return 0;
  return left.every(({ next }) => next !== undefined) ? 11 : 12;
}

export function sayProbes(summary: ProbeSummary, recording: string): string {
  const { header, counts, refuted, left } = summary;
  const { product, apiVersion, region } = header;
  const tried = counts.verified + counts.refuted;
  return [
    `${count(tried, "probe")} completed on ${product}, API ${apiVersion}, region ${region}: ${counts.verified} verified, ${counts.refuted} refuted. ${counts.not_tried} not tried.`,
    ...(product === "emulator" ? ["The emulator answered, so this recording proves nothing about IBM's service."] : []),
    ...refuted.flatMap(({ id, keystore, answers, expects }) => [
      `Refuted: ${id}${keystore === undefined ? "" : ` in ${keystore}`} (row ${answers})`,
      `  The emulator: ${expects}`,
    ]),
    `The recording is ${recording}. Read it before you send it: names, IDs, hosts and times are replaced.`,
    ...left.flatMap((key) => sayLeft(key, recording)),
  ].join("\n");
}

function sayLeft({ label, keyId, vaultId, keystore, state, why, next }: Left, recording: string): readonly string[] {
  const key = `Key "${plain(label)}" in ${keystore} is left (state: ${state})`;
  if (next === undefined) {
    return [
      `${key}: ${plain(why, 300)}.`,
      "Two people can delete it like any other key. Next:",
      `  uko request ${vaultId}/${keyId}`,
    ];
  }
  const until = next.notBefore === undefined ? "" : ` It ends on ${sayTime(Date.parse(next.notBefore))}.`;
  return [`${key}. ${capital(why)} is not over.${until} Then go on:`, `  uko probe --resume ${recording}`];
}
