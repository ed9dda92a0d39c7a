/**
 * Writes sentences about the keys that are not in a certificate, because a run began a step on them and nothing says how
 * the step ended.
 */

import { count, plain } from "../engine/text/words.ts";
import type { OpenKey } from "./statement.ts";

export const leftOutHeading = "Left out, because a step began and nothing says how it ended";

const maxNamed = 50;

/** One line for each key, and the command that finds out: of the first key, or for the whole campaign. */
export function sayLeftOut(keys: readonly OpenKey[], isOfWave: boolean): readonly string[] {
  const [first] = keys;
  if (first === undefined) return [];
  const rest = keys.length - maxNamed;
  return [
    ...keys.slice(0, maxNamed).map((key) => `  ${sayOpenKey(key)}`),
    ...(rest > 0 ? [`  and ${count(rest, "more key")}`] : []),
    "Next: find out how the step ended, with the evidence file that has the step, and create the certificate again:",
    isOfWave ? "  uko campaign next" : `  uko continue ${plain(pathOf(first), 100)}`,
  ];
}

/** `payroll, key 9b2d…: destroy, begun on 2026-11-24T19:23:03Z`. */
export function sayOpenKey({ subject, label, step, startedAt }: OpenKey): string {
  const id = plain(subject.split("/").at(-1) ?? "", 60);
  return `${label === "" ? "" : `${plain(label, 60)}, `}key ${id}: ${plain(step, 60)}, begun on ${startedAt}`;
}

/** `<vaultId>/<keyId>`, or `kms/<keyId>`, as commands take it. */
function pathOf({ subject }: OpenKey): string {
  return subject.split("/").slice(1).join("/");
}
