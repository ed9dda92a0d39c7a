/**
 * Makes one signature cover a list of texts, by the root of a hash tree (RFC 6962, section 2.1), so that a person who
 * approves twelve keys touches a security key once. Each text is stored with the hashes that lead to the root, so it
 * can be checked without the others.
 */

import { createHash } from "node:crypto";

/** A text's place in the list: its index, the length of the list, and the sibling hashes on the path to the root. */
export interface Place {
  readonly at: number;
  readonly of: number;
  readonly hashes: readonly Buffer[];
}

/** Returns the root of a list of at least one text, and the place of each text in the order of the list. */
export function listOf(texts: readonly string[]): { readonly root: Buffer; readonly places: readonly Place[] } {
  const { root, paths } = treeOf(texts.map(leafOf));
  return { root, places: paths.map((hashes, at) => ({ at, of: texts.length, hashes })) };
}

/** Computes the root from a text and its place. Undefined if the path does not have the length that the place requires. */
export function rootFrom(text: string, { at, of, hashes }: Place): Buffer | undefined {
  const rest = [...hashes];
  const climb = (place: number, size: number): Buffer | undefined => {
    if (size === 1) return leafOf(text);
    const left = largestPowerBelow(size);
    const isLeft = place < left;
    const own = isLeft ? climb(place, left) : climb(place - left, size - left);
    const other = rest.shift();
    if (own === undefined || other === undefined) return undefined;
    return isLeft ? nodeOf(own, other) : nodeOf(other, own);
  };
  if (at < 0 || at >= of || of > maxTexts) return undefined;
  const root = climb(at, of);
  return rest.length === 0 ? root : undefined;
}

/** The place as text; empty for a text that was signed alone. */
export function encodePlace({ at, of, hashes }: Place): string {
  return of === 1 ? "" : [at, of, ...hashes.map((hash) => hash.toString("base64url"))].join(".");
}

export function decodePlace(text: string): Place | undefined {
  if (text === "") return { at: 0, of: 1, hashes: [] };
  const [at = "", of = "", ...hashes] = text.split(".");
  if (!/^\d{1,5}$/.test(at) || !/^\d{1,5}$/.test(of)) return undefined;
  const bytes = hashes.map((hash) => Buffer.from(hash, "base64url"));
  if (!bytes.every(({ length }) => length === 32)) return undefined;
  const place = { at: Number(at), of: Number(of), hashes: bytes };
  // A place has one text.
  return encodePlace(place) === text ? place : undefined;
}

/** The most texts in a list, which is also the most keys in a review. */
const maxTexts = 10_000;

interface Tree {
  readonly root: Buffer;
  readonly paths: readonly (readonly Buffer[])[];
}

function treeOf(leaves: readonly Buffer[]): Tree {
  const [only] = leaves;
  if (leaves.length <= 1) return { root: only ?? hashOf([]), paths: leaves.map(() => []) };
  const split = largestPowerBelow(leaves.length);
  const [left, right] = [treeOf(leaves.slice(0, split)), treeOf(leaves.slice(split))];
  const beside = (tree: Tree, other: Tree) => tree.paths.map((hashes) => [...hashes, other.root]);
  return { root: nodeOf(left.root, right.root), paths: [...beside(left, right), ...beside(right, left)] };
}

/** The hash of a text. Texts and nodes have different prefixes, so that a node cannot be presented as a text (RFC 6962). */
function leafOf(text: string): Buffer {
  return hashOf([Buffer.of(0), Buffer.from(text, "utf8")]);
}

function nodeOf(left: Buffer, right: Buffer): Buffer {
  return hashOf([Buffer.of(1), left, right]);
}

function hashOf(parts: readonly Buffer[]): Buffer {
  return createHash("sha256").update(Buffer.concat(parts)).digest();
}

function largestPowerBelow(size: number): number {
  return 2 ** Math.floor(Math.log2(size - 1));
}
