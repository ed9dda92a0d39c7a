/**
 * Compares a key, and the rules of its wave, with the manifest. Anyone who can commit can edit the rules, so an edit
 * may only take steps away. An edit that takes steps away stops its key at once. Any other edit refuses the acts of the
 * wave until a new manifest contains the edit, so that the next person reviews it. Without this check, a reviewed wave
 * could be loosened unnoticed. An edit could allow more failures, shorten the wait after the deactivation, or drop the
 * order of waves. And a key that the rules now leave alive would still be deleted.
 */

import type { KeyClass } from "./campaign.ts";

/** A value in the manifest and what the files of people say now. */
export interface Difference {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

export type RuleChange =
  | { readonly kind: "unchanged" }
  | { readonly kind: "narrowed"; readonly why: "out_of_scope" | "no_rule" | "class" }
  | { readonly kind: "different"; readonly differences: readonly Difference[] };

/** `ruled` is what the rules make of the key now; undefined if no rule names it, which means `leave`. */
export function ruleChangeOf<Ruled extends { readonly class: KeyClass }>(
  manifest: Ruled,
  ruled: Ruled | undefined,
): RuleChange {
  if (ruled === undefined) return { kind: "narrowed", why: "no_rule" };
  if (manifest.class === "destroy" && ruled.class === "leave") return { kind: "narrowed", why: "class" };
  const differences = differencesOf(manifest, ruled);
  return differences.length === 0 ? { kind: "unchanged" } : { kind: "different", differences };
}

/** Compares every field that either side has, so that the comparison cannot overlook a field. */
export function differencesOf<Fields extends object>(before: Fields, after: Fields): readonly Difference[] {
  const fields = Object.keys({ ...before, ...after }) as (keyof Fields & string)[];
  return fields.flatMap((field) => {
    const [old, now] = [before[field], after[field]];
    return JSON.stringify(old) === JSON.stringify(now) ? [] : [{ field, before: old, after: now }];
  });
}
