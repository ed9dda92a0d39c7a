/**
 * Lists all probes of `uko probe` in the order of a run. It also makes the text over all probes whose hash a recording
 * contains.
 */

import { errorRows } from "./error-rows.ts";
import { etagRows } from "./etag-rows.ts";
import { filterRows } from "./filter-rows.ts";
import { identityRows } from "./identity-rows.ts";
import { kmsRows } from "./kms-rows.ts";
import { cooledRows, draftEndRows, endRows, lifeRows } from "./life-rows.ts";
import { listRows } from "./list-rows.ts";
import type { ProbeRow } from "./row.ts";
import { tagRows } from "./tag-rows.ts";

/** The probes that only read. */
export const readRows: readonly ProbeRow[] = [...identityRows, ...listRows, ...filterRows, ...errorRows, ...kmsRows];

/** The probes of one throw-away key, by the part of its life. */
export const ownParts = {
  draft: [...tagRows, ...etagRows, ...draftEndRows],
  life: lifeRows,
  cooled: cooledRows,
  end: endRows,
} as const satisfies Record<string, readonly ProbeRow[]>;

export type OwnPart = keyof typeof ownParts;

export const allRows: readonly ProbeRow[] = [...readRows, ...Object.values(ownParts).flat()];

/** What the digest of a recording covers: everything that a reader of the recording can compare. */
export function rowsText(): string {
  return JSON.stringify(allRows.map(({ id, answers, expects, step, send }) => ({ id, answers, expects, step, send })));
}
