/** The report of `uko campaign signoff`: the list that an owner signs. */

import { UkoError } from "../../errors.ts";
import { count } from "../text/words.ts";
import { csvLine } from "./csv.ts";
import type { OpenCampaign } from "./folder.ts";
import type { ManifestKey } from "./manifest.ts";
import { type CampaignReport, section } from "./report.ts";
import { namedKey } from "./sentences.ts";
import { needsSignoff, type Signoff } from "./signoffs.ts";

/** The keys that an owner has to sign. Throws UKO_CAMPAIGN_INVALID if there are none. */
export function keysOfOwner(keys: readonly ManifestKey[], owner: string): readonly ManifestKey[] {
  const own = keys.filter((key) => key.owners.includes(owner) && needsSignoff(key));
  if (own.length > 0) return own;
  const owners = [...new Set(keys.filter(needsSignoff).flatMap((key) => key.owners))].sort();
  throw new UkoError("UKO_CAMPAIGN_INVALID", {
    summary: `No key that the manifest destroys has the owner "${owner}"`,
    detail: [
      owners.length === 0 ? "No key needs a sign-off." : `Owners with keys to sign: ${owners.slice(0, 50).join(", ")}.`,
      "Nothing was written. Next: name one of them with --owner",
    ].join("\n"),
  });
}

export function reportSignoff(
  { folder }: OpenCampaign,
  file: string,
  { owner, digest }: Signoff,
  keys: readonly ManifestKey[],
): CampaignReport {
  return {
    summary: `Wrote ${folder.path}/${file}: ${owner} signs ${count(keys.length, "key")}`,
    sections: [
      ...section("Signed keys", {
        table: {
          columns: ["key", "label", "class", "wave", "reason"],
          rows: keys.map((key) => [namedKey(key), key.label, key.class, key.wave, key.reason]),
        },
      }),
      ...section("Digest", { lines: [digest] }),
    ],
    next: [`uko campaign plan --folder ${folder.path}`],
    exitCode: 0,
    csv: [csvLine(["key", "label"]), ...keys.map((key) => csvLine([namedKey(key), key.label]))].join(""),
    data: { owner, digest, file, keys: keys.map(namedKey) },
  };
}
