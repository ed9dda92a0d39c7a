/** Turns what the world holds into plain JSON and back: Maps and Sets are marked, and objects that look like marks are wrapped. */

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Members that are undefined are left out, as JSON does. */
export function encode(value: unknown): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean" || typeof value === "number") {
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => encode(item ?? null));
  if (value instanceof Set) return { $set: [...value].map(encode) };
  if (value instanceof Map) return { $map: [...value].map(([key, item]) => [encode(key), encode(item)]) };
  if (typeof value !== "object") throw new Error(`A ${typeof value} cannot be stored.`);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const encoded = members.map(([name, member]): [string, Json] => [name, encode(member)]);
  // Only a sole member can be taken for a mark; IBM's fields never begin so, a caller's free fields may.
  if (encoded.length === 1 && encoded[0]?.[0].startsWith("$")) return { $object: encoded };
  return Object.fromEntries(encoded);
}

export function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value);
  const [mark, content] = members.length === 1 ? (members[0] ?? []) : [];
  if (Array.isArray(content)) {
    if (mark === "$set") return new Set(content.map(decode));
    if (mark === "$map") return new Map(pairs(content).map(([key, item]) => [decode(key), decode(item)]));
    if (mark === "$object") return Object.fromEntries(pairs(content).map(([name, item]) => [name, decode(item)]));
  }
  return Object.fromEntries(members.map(([name, member]) => [name, decode(member)]));
}

function pairs(content: readonly unknown[]): readonly [string, unknown][] {
  return content as readonly [string, unknown][];
}
