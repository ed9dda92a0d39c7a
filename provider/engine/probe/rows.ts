/**
 * Lists all probes of `uko probe` in the order of a run. It also makes the text over all probes whose hash a recording
 * contains.
 */

import { errorRows } from "./error-rows.ts";
import { filterRows } from "./filter-rows.ts";
import { identityRows } from "./identity-rows.ts";
import { kmsRows } from "./kms-rows.ts";
import { listRows } from "./list-rows.ts";
import type { Line, ProbeRow } from "./row.ts";

export const probeRows: readonly ProbeRow[] = [...identityRows, ...listRows, ...filterRows, ...errorRows, ...kmsRows];

/** What a run reads before the probes, to know which objects they can ask about. */
export const firstReads = {
  activeKey: "GET uko /managed_keys?limit=1&sort=created_at&state=active",
  key: "GET uko /managed_keys?limit=1&sort=created_at",
  template: "GET uko /templates?limit=1",
  keystore: "GET uko /keystores?limit=1",
  vault: "GET uko /vaults?limit=1",
  kmsKey: "GET kms /keys?limit=1&extractable=false",
} as const satisfies Readonly<Record<string, Line>>;

/** What the digest of a recording covers: everything that a reader of the recording can compare. */
export function rowsText(): string {
  return JSON.stringify(probeRows.map(({ id, answers, expects, send }) => ({ id, answers, expects, send })));
}
