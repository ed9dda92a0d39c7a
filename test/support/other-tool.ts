/** Calls of another tool than `uko` on a managed key: plain HTTP with the person's own credential. */

import { apiKeys, requestToken } from "../emulator/harness.ts";

interface Emulated {
  readonly url: string;
}

/** Sends a call about the key, such as a POST of `/destroy`, with the ETag that the key has now. */
export async function withOtherTool(
  { url }: Emulated,
  who: keyof typeof apiKeys,
  key: string,
  { method, below = "", body }: { readonly method: string; readonly below?: string; readonly body?: object },
): Promise<number> {
  const [, keyId = ""] = key.split("/");
  const { access_token: token } = (await requestToken(url, apiKeys[who])).body;
  const place = `${url}/api/v4/managed_keys/${keyId}`;
  const headers = { authorization: `Bearer ${String(token)}` };
  const etag = (await fetch(place, { headers })).headers.get("etag") ?? "";
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = { "content-type": "application/json" };
  return (await fetch(`${place}${below}`, { method, headers: { ...headers, ...type, "if-match": etag }, ...sent }))
    .status;
}
