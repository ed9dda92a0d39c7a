import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { decodePlace, encodePlace, listOf, rootFrom } from "../../../provider/services/consents/signed-list.ts";

const textsOf = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `text ${at}`);

/** RFC 6962, section 2.1, as the RFC defines it. */
function treeHash(texts: readonly string[]): Buffer {
  const hash = (...parts: readonly Buffer[]): Buffer => createHash("sha256").update(Buffer.concat(parts)).digest();
  const [only = ""] = texts;
  if (texts.length === 1) return hash(Buffer.of(0), Buffer.from(only));
  let k = 1;
  while (2 * k < texts.length) k *= 2;
  return hash(Buffer.of(1), treeHash(texts.slice(0, k)), treeHash(texts.slice(k)));
}

test("each text of a list leads to the root of RFC 6962 from its place, and no other text does", () => {
  for (let count = 1; count <= 33; count += 1) {
    const texts = textsOf(count);
    const { root, places } = listOf(texts);
    expect(root).toEqual(treeHash(texts));
    for (const [at, place] of places.entries()) {
      const read = decodePlace(encodePlace(place));
      expect(read && rootFrom(texts[at] ?? "", read)).toEqual(root);
      expect(read && rootFrom(texts[(at + 1) % count] ?? "", read)?.equals(root)).toBe(count === 1);
    }
  }
});

test("a place that was changed leads nowhere, or to another root", () => {
  const texts = textsOf(7);
  const { root, places } = listOf(texts);
  const [place] = places;
  if (place === undefined) throw new Error("no place");
  const [first = Buffer.alloc(32), ...more] = place.hashes;
  for (const changed of [
    { ...place, at: 1 },
    { ...place, at: 7 },
    { ...place, at: -1 },
    { ...place, of: 1 },
    { ...place, of: 3 },
    { ...place, of: 20_000 },
    { ...place, hashes: more },
    { ...place, hashes: [first, ...place.hashes] },
    { ...place, hashes: [...more, first] },
  ]) {
    expect(rootFrom("text 0", changed)?.equals(root) ?? false, encodePlace(changed)).toBe(false);
  }
  for (const text of [
    "0",
    "0.7.AA",
    "-1.7",
    "0.7x",
    "1e1.7",
    `0.7.${"A".repeat(44)}`,
    `0.2.${"A".repeat(42)}B`,
    "00.2",
    "0.1",
  ]) {
    expect(decodePlace(text), text).toBeUndefined();
  }
});

test("a list of 10,000 texts has paths of at most 14 hashes", () => {
  const { places } = listOf(textsOf(10_000));
  expect(Math.max(...places.map(({ hashes }) => hashes.length))).toBe(14);
  expect(Math.max(...places.map((place) => encodePlace(place).length))).toBeLessThanOrEqual(700);
});
