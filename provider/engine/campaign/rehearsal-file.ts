/** The state of a rehearsal: its keys, whether the rollback is done, and what was seen of each assumption. */

import * as z from "zod";
import { UkoError } from "../../errors.ts";
import { jsonIn, mebibyte } from "./file-forms.ts";

/** Inside the folder of the campaign. */
export const rehearsalFolder = "rehearsal";
/** Of every throwaway key; a campaign leaves out the keys with this beginning that its rehearsal made. */
export const rehearsalLabel = "uko-rehearsal-";
export const rehearsalFileName = `${rehearsalFolder}/state.json`;

const format = "uko-rehearsal-1";
const state = z.strictObject({
  format: z.literal(format),
  keys: z.array(z.strictObject({ vaultId: z.string(), keyId: z.string(), type: z.string() })).max(100),
  isRolledBack: z.boolean(),
  seen: z.record(z.string(), z.strictObject({ verdict: z.enum(["confirmed", "refuted"]), at: z.string() })),
});
export type RehearsalState = Omit<z.output<typeof state>, "format">;

interface ReadableFolder {
  readonly path: string;
  read(name: string, maxBytes: number): Promise<string | undefined>;
}

/** Undefined if no rehearsal was started. Throws UKO_CAMPAIGN_INVALID. */
export async function readRehearsal(folder: ReadableFolder): Promise<RehearsalState | undefined> {
  const text = await folder.read(rehearsalFileName, mebibyte);
  if (text === undefined) return undefined;
  const parsed = state.safeParse(jsonIn(text));
  if (parsed.success) return parsed.data;
  throw new UkoError("UKO_CAMPAIGN_INVALID", {
    summary: `${folder.path}/${rehearsalFileName} is not valid`,
    detail: "Nothing was changed. Next: restore it with git checkout",
  });
}

export function encodeRehearsal({ keys, isRolledBack, seen }: RehearsalState): string {
  return `${JSON.stringify({ format, keys, isRolledBack, seen }, undefined, 2)}\n`;
}
