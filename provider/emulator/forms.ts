/** Forms of texts: IDs that are the same in every run, and the patterns of names in requests. */

import { createHash } from "node:crypto";
import * as z from "zod";

/** A UUID in the form of version 4 that depends only on the text. */
export function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const text = (min: number, max: number, pattern: RegExp) => z.string().min(min).max(max).regex(pattern);

export const vaultSchema = z.strictObject({ id: z.string().min(1).max(36) });
export const templateName = text(1, 30, /^[A-Za-z][A-Za-z0-9-]*$/);
/** A group of keystores, which templates name (uko-v4.md 3.6). */
export const groupName = text(1, 200, /^[A-Za-z0-9][A-Za-z0-9-_ ]+$/);
