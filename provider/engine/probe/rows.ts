/**
 * Lists all probes of `uko probe` in the order of a run, and the assumptions of the emulator that no probe tests. For
 * each such assumption it says what a test would require, so that a person with an instance knows what is left. It also
 * makes the text over all probes whose hash a recording contains.
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

/** The probes of one throw-away key, and what each part waits for. */
export const ownParts = {
  draft: {
    rows: [...tagRows, ...etagRows, ...draftEndRows],
    needs: "`--throwaway`, with a key that is never active and gone at the end of the run",
  },
  life: {
    rows: lifeRows,
    needs: "`--throwaway`, with a key that stays; one of them needs a second person, `--second`",
  },
  cooled: { rows: cooledRows, needs: "more than 4 hours after the deactivation, then `--resume`" },
  end: { rows: endRows, needs: "the pending period of the keystores, 7 to 90 days, then `--resume`" },
} as const satisfies Record<string, { readonly rows: readonly ProbeRow[]; readonly needs: string }>;

export type OwnPart = keyof typeof ownParts;

export const allRows: readonly ProbeRow[] = [...readRows, ...Object.values(ownParts).flatMap(({ rows }) => [...rows])];

/** What the digest of a recording covers: everything that a reader of the recording can compare. */
export function rowsText(): string {
  return JSON.stringify(allRows.map(({ id, answers, expects, step, send }) => ({ id, answers, expects, step, send })));
}

const other = {
  role: "a role that is limited to single vaults, or one role alone",
  second: "a second person who also approves",
  container: "a vault, keystore or template of its own, which may cost money",
  hour: "an hour between two rotations, and its older versions stay",
  days: "days or months of waiting",
  kmsKey: "a KMS key of its own, whose metadata stays for 90 days",
  danger: "a call that uko never sends, because it can erase the metadata of a key that still exists",
  fault: "a keystore that fails",
  use: "a resource that uses a key and has a retention policy",
  load: "more calls than the service accepts",
  version: "an instance with an older version of the API",
  secret: "a request with the API key itself, which a probe never sends",
  host: "a host, or an encoding of requests, that uko does not use",
  keyProtect: "an instance of Key Protect",
} as const;

/** The rows of fidelity.ts without a probe, by what they need. */
// biome-ignore format: many IDs a line
export const unprobed: Readonly<Record<keyof typeof other, readonly string[]>> = {
  role: ["U30", "U39"],
  second: ["backing-key-identity", "backing-key-refusal", "KMS-1", "KMS-2", "KMS-3", "KMS-5", "KMS-12"],
  container: [
    "T2, T4, T5", "T6, T7, T8", "S2, S4", "S5", "V2, V4, V5", "U10-names", "U16-health", "U18", "U19", "U20",
    "U22", "U23", "U25", "U26", "wrong-credentials", "ring-name", "S5-modes", "S5-references", "label-and-scheme",
    "azure-standard", "free-keystores", "U34", "labels",
  ],
  hour: ["K9", "U12", "U13", "old-versions"],
  days: ["KMS-window", "KMS-purge", "KMS-expiry", "KMS-rotation", "passcode", "token-clock"],
  kmsKey: [
    "M0", "M1, M2", "M7", "M8, M9, M10", "M11, M12, M16", "M13", "M14, M15", "M17-M20", "M25", "M26", "M27",
    "KMS-4", "KMS-6", "KMS-7", "KMS-8", "KMS-9", "KMS-10", "KMS-13", "KMS-19", "KMS-rings", "KMS-codes",
    "KMS-token", "KMS-policy-members", "KMS-overrides", "KMS-origin",
  ],
  danger: ["U5", "U6"],
  fault: ["U15"],
  use: ["U29"],
  load: ["U35"],
  version: ["versions", "cloud-build"],
  secret: ["apikey"],
  host: ["instance", "instance-refusals", "gzip"],
  keyProtect: ["product"],
};

export const sayNeed = (need: string): string =>
  Object.hasOwn(other, need) ? other[need as keyof typeof other] : need;
