/**
 * Reads `accepted.jsonl`, in which people accept keys as they are, for example because no step can
 * delete a compromised key. A key counts as accepted once two people accepted it. Without the
 * acceptance, such a key would keep its campaign open for good. The campaign takes no step on an
 * accepted key, and deletes no container of its vault. The lines are not signed. A forged line can
 * give a key the outcome `accepted`, but it can only prevent steps.
 */

import * as z from "zod";
import { UkoError } from "../../../errors.ts";
import { plain } from "../../text/words.ts";
import { type CampaignFolder, explainIssues, isoDatetime, jsonLinesIn, keyName, mebibyte } from "./file-forms.ts";

export const acceptedFileName = "accepted.jsonl";

export const acceptedLine = z.strictObject({
  key: keyName.meta({ description: "<vaultId>/<keyId>, or kms/<keyId>" }),
  by: z.string().min(1).max(200),
  iamId: z.string().min(1).max(200).meta({ description: "IAM ID of the person; a key needs two" }),
  reason: z.string().min(1).max(500),
  at: isoDatetime,
});
export type AcceptedLine = z.output<typeof acceptedLine>;

/** The people who accept each key, one line a person. Throws UKO_INPUT_INVALID. */
export async function readAccepted(folder: CampaignFolder): Promise<ReadonlyMap<string, readonly AcceptedLine[]>> {
  const found = new Map<string, AcceptedLine[]>();
  for (const { at, value } of jsonLinesIn((await folder.read(acceptedFileName, mebibyte)) ?? "", acceptedFileName)) {
    const { data, error } = acceptedLine.safeParse(value);
    if (data === undefined) {
      throw new UkoError("UKO_INPUT_INVALID", {
        summary: `${acceptedFileName}, line ${at} is not valid`,
        detail: [...explainIssues(error.issues), "Nothing was changed. Next: correct the line"].join("\n"),
      });
    }
    const own = found.get(data.key) ?? [];
    if (!own.some(({ iamId }) => iamId === data.iamId)) found.set(data.key, [...own, data]);
  }
  return found;
}

export function sayAcceptance({ by, reason }: AcceptedLine): string {
  return plain(`${by}: ${reason}`, 300);
}
