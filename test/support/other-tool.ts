/** Calls of another tool than `uko` on a managed key: plain HTTP with the person's own credential. */

import { apiKeys, requestToken } from "../emulator/harness.ts";

interface Emulated {
  readonly url: string;
}

interface OtherCall {
  readonly method: string;
  readonly below?: string;
  readonly body?: object;
  /** A tag that the call adds to those of the key. */
  readonly tag?: { readonly name: string; readonly value: string };
}

/** Sends a call about the key, such as a POST of `/destroy`, with the ETag that the key has now. */
export async function withOtherTool(
  { url }: Emulated,
  who: keyof typeof apiKeys,
  key: string,
  { method, below = "", body, tag }: OtherCall,
): Promise<number> {
  const [, keyId = ""] = key.split("/");
  const { access_token: token } = (await requestToken(url, apiKeys[who])).body;
  const place = `${url}/api/v4/managed_keys/${keyId}`;
  const headers = { authorization: `Bearer ${String(token)}` };
  const read = await fetch(place, { headers });
  const etag = read.headers.get("etag") ?? "";
  const { tags } = (await read.json()) as { readonly tags: readonly object[] };
  const changed = tag === undefined ? body : { tags: [...tags, tag] };
  const sent = changed === undefined ? {} : { body: JSON.stringify(changed) };
  const type = { "content-type": "application/json" };
  return (await fetch(`${place}${below}`, { method, headers: { ...headers, ...type, "if-match": etag }, ...sent }))
    .status;
}
