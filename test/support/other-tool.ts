/** Calls of another tool than `uko` on a managed key: plain HTTP with the person's own credential. */

import type { Name, TestWorld } from "../emulator/harness.ts";

interface OtherCall {
  readonly method: string;
  readonly below?: string;
  readonly body?: object;
  /** A tag that the call adds to those of the key. */
  readonly tag?: { readonly name: string; readonly value: string };
}

/** Sends a call about the key, such as a POST of `/destroy`, with the ETag that the key has now. */
export async function withOtherTool(
  { as }: Pick<TestWorld, "as">,
  who: Name,
  key: string,
  { method, below = "", body, tag }: OtherCall,
): Promise<number> {
  const [, keyId = ""] = key.split("/");
  const read = await as(who).key(keyId);
  const changed = tag === undefined ? body : { tags: [...read.body.tags, tag] };
  const headers = { "content-type": "application/json", "if-match": read.headers.get("etag") ?? "" };
  return (await as(who).call(method, `/api/v4/managed_keys/${keyId}${below}`, changed, headers)).status;
}
