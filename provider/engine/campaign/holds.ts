/** The holds of a campaign: lines that only take away, that anyone may add, and that need no new baseline. */

import * as z from "zod";
import { UkoError } from "../../errors.ts";
import { dayMs } from "../../lifecycle/campaign/campaign.ts";
import { explainIssues, isoDate, jsonLinesIn, keyName } from "./file-forms.ts";

export const holdsFileName = "holds.jsonl";

export const hold = z.strictObject({
  key: keyName.meta({ description: "<vaultId>/<keyId>, or kms/<keyId>" }),
  kind: z.enum(["legal", "owner", "incident"]),
  by: z.string().min(1).max(200),
  until: z.iso.date().optional().meta({ description: "The last day; a hold without it does not end" }),
  ticket: z.string().max(200).optional(),
});
export type HoldLine = z.output<typeof hold>;

export function encodeHold(line: HoldLine): string {
  return `${JSON.stringify(hold.parse(line))}\n`;
}

/** Throws UKO_CAMPAIGN_INVALID: a hold that cannot be read must not be ignored. */
export function parseHolds(text: string): readonly (HoldLine & { readonly untilMs?: number })[] {
  return jsonLinesIn(text, holdsFileName).map(({ at, value }) => {
    const parsed = hold.safeParse(value);
    if (!parsed.success) {
      throw new UkoError("UKO_CAMPAIGN_INVALID", {
        summary: `${holdsFileName}, line ${at} is not a hold`,
        detail: [
          ...explainIssues(parsed.error.issues),
          "A hold that uko cannot read might forbid a step, so uko stops. Next: correct the line",
        ].join("\n"),
      });
    }
    const { until } = parsed.data;
    return { ...parsed.data, ...(until !== undefined && { untilMs: isoDate.parse(until) + dayMs }) };
  });
}

/** The text without the lines of one key. */
export function withoutHolds(text: string, key: string): string {
  const isOther = ({ value }: { readonly value: unknown }): boolean => (value as Partial<HoldLine>).key !== key;
  const kept = jsonLinesIn(text, holdsFileName).filter(isOther);
  return kept.map(({ value }) => `${JSON.stringify(value)}\n`).join("");
}
