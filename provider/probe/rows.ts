/**
 * Lists all probes of `uko probe` in the order of a run, and selects those that an instance can answer. It also makes
 * the text over the selected probes whose hash a recording contains.
 */

import { errorRows } from "./error-rows.ts";
import { filterRows } from "./filter-rows.ts";
import { identityRows } from "./identity-rows.ts";
import { kmsRows } from "./kms-rows.ts";
import { listRows } from "./list-rows.ts";
import { type Line, type ProbeRow, partsOf } from "./row.ts";

export const probeRows: readonly ProbeRow[] = [...identityRows, ...listRows, ...filterRows, ...errorRows, ...kmsRows];

const firstReads = {
  activeKey: "GET uko /managed_keys?limit=1&sort=created_at&state=active",
  key: "GET uko /managed_keys?limit=1&sort=created_at",
  template: "GET uko /templates?limit=1",
  keystore: "GET uko /keystores?limit=1",
  vault: "GET uko /vaults?limit=1",
  kmsKey: "GET kms /keys?limit=1&extractable=false",
} as const satisfies Readonly<Record<string, Line>>;

/** What a run asks: Key Protect has neither UKO nor a broker, so rows about them are no questions there. */
export interface Questions {
  readonly rows: readonly ProbeRow[];
  /** What a run reads before the probes, to know which objects they can ask about. */
  readonly reads: Readonly<Partial<Record<keyof typeof firstReads, Line>>>;
}

export function questionsFor({ isKeyProtect }: { readonly isKeyProtect: boolean }): Questions {
  if (!isKeyProtect) return { rows: probeRows, reads: firstReads };
  const isAsked = (line: Line): boolean => ["kms", "iam"].includes(partsOf(line)[1]);
  return {
    rows: probeRows.filter(({ send }) => send.every((call) => isAsked(typeof call === "string" ? call : call[0]))),
    reads: { kmsKey: firstReads.kmsKey },
  };
}

/** What the digest of a recording covers: everything that a reader of the recording can compare. */
export function rowsText({ rows }: Questions): string {
  return JSON.stringify(rows.map(({ id, answers, expects, send }) => ({ id, answers, expects, send })));
}
