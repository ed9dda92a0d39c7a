/**
 * Collects the parts of an instance that a command could not read, for example a vault, the keystores, KMS, or a key. A
 * report names each such part and still shows the others, so that a missing right never reads as "nothing exists here".
 * A list that leaves items out is named as incomplete, and the items that it shows are still used. An outage of the
 * service is not such a part: it ends the command.
 */

import { plain } from "../../engine/text/words.ts";
import { type ErrorCode, onCodes } from "../../errors.ts";

export interface UnreadablePart {
  /** ID of the vault, `kms`, or the key as commands take it. */
  readonly id: string;
  readonly name: string;
  readonly code: ErrorCode;
  readonly reason: string;
}

/** Errors that concern one vault, KMS alone, or one key. */
export const concernOnePart: readonly ErrorCode[] = [
  "UKO_RIGHTS_MISSING",
  "UKO_ACCESS_DENIED",
  "UKO_RESPONSE_INVALID",
  "UKO_NOT_FOUND",
  "UKO_KEY_NOT_FOUND",
  "UKO_GONE_UNPROVEN",
];

/**
 * Reads one part of the inventory. If the caller cannot read the part, the report names the part and still reads the
 * others.
 */
export async function listOrName<Item>(
  unreadable: UnreadablePart[],
  { id, name }: { readonly id: string; readonly name: string },
  list: () => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  const unread = onCodes(concernOnePart, ({ code, summary }): readonly Item[] => {
    unreadable.push({ id, name: plain(name, 100), code, reason: plain(summary, 300) });
    return [];
  });
  return list().catch(unread);
}

/** Reads a list that may leave items out. uko names the list as incomplete, and still uses the items that it shows. */
export async function listOrNameShort<Item>(
  unreadable: UnreadablePart[],
  part: { readonly id: string; readonly name: string },
  list: (isWhole: boolean) => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  const before = unreadable.length;
  const items = await listOrName(unreadable, part, () => list(true));
  const isShort = unreadable.length > before && unreadable.at(-1)?.code === "UKO_RESPONSE_INVALID";
  return isShort ? await listOrName([], part, () => list(false)) : items;
}
