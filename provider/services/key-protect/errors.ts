/** KMS's refusals in words for people, with the reason codes, which are all that a program may match (kms-v2-and-iam.md 4). */

import type { HttpAnswer } from "../http/client.ts";
import { parseJson } from "../http/json.ts";
import { printable } from "../http/printable.ts";
import { kmsError } from "./wire.ts";

export const service = "The KMS of the instance";

/** The reason codes of a refusal, as a list; empty on a 401. */
export function reasonCodes(answer: HttpAnswer): readonly string[] {
  const read = kmsError.safeParse(parseJson(answer.text));
  return read.success ? read.data.resources.flatMap(({ reasons }) => (reasons ?? []).map(({ code }) => code)) : [];
}

export function messageOf(answer: HttpAnswer): string {
  const read = kmsError.safeParse(parseJson(answer.text));
  // Gateways answer text or pages; a page is nothing to show.
  if (!read.success) return answer.text.trimStart().startsWith("<") ? "" : printable(answer.text, 200);
  const sentences = read.data.resources.flatMap(({ errorMsg, reasons }) => {
    const told = (reasons ?? []).map(({ code, message }) => `${message === "" ? errorMsg : message} (${code})`);
    return told.length === 0 ? [errorMsg] : told;
  });
  return printable(sentences.filter((sentence) => sentence !== "").join("; "));
}
