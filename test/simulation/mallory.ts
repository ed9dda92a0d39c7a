/**
 * The forged texts of the hostile person: requests and approvals in other people's names, markers, and invalid records. The
 * digest that uko would write is in a record of her own, so she writes one first, with `uko request`.
 */

import { createHash } from "node:crypto";
import type { Key } from "../../provider/emulator/store/model.ts";
import type { World } from "../../provider/emulator/store/world.ts";
import type { Outsider } from "../contracts/interfaces/support/outsider.ts";
import { recordHash } from "../support/oracle.ts";
import type { Who } from "./story.ts";
import { iamIdOf } from "./world.ts";

type Fields = Readonly<Record<string, unknown>>;
interface Tag {
  readonly name: string;
  readonly value: string;
}

/** In this order the product writes a record and a quote. A text in another order is no record. */
const recordFields = ["v", "s", "t", "d", "a", "n", "h", "c", "m", "g", "q", "x", "k", "p", "w", "e"];
const quoteFields = ["i", "b", "a", "n", "t", "m", "g"];
const inOrder = (names: readonly string[], fields: Fields): Fields =>
  Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));

/** Texts that are no record, on the key that has them. */
const texts: Readonly<Record<string, (key: Key, value: string) => readonly Tag[]>> = {
  marker: ({ tags }, value) => [...without(tags, "uko_dual"), { name: "uko_dual", value: value || "single" }],
  markers: ({ tags }) => [
    ...without(tags, "uko_dual"),
    ...["single", "required"].map((value) => ({ name: "uko_dual", value })),
  ],
  nothing: () => [],
  noise: ({ tags }) => [...without(tags, "uko_deletion"), { name: "uko_deletion", value: "00ff" }],
};

/**
 * Requests in the name of a person, each with one thing that uko does not write: `early` is dated after the write of that person
 * that comes next.
 */
const requests: Readonly<Record<string, (said: Fields, world: World) => Fields>> = {
  request: () => ({}),
  early: ({ t }, { clock }) => ({ t: Number(t) + (clock.tickMs < 1_000 ? 8 : 9) }),
  vouched: () => ({ c: { n: "mine", w: "pilot", l: "0".repeat(32) } }),
  digest: () => ({ d: "0".repeat(32) }),
  otherstep: ({ s }) => ({ s: s === "destroy" ? "deactivate" : "destroy" }),
  words: () => ({ w: "Other words" }),
  twice: () => ({}),
  unmarked: () => ({}),
  compact: () => ({}),
};

/** Approvals of her own, each with one thing in the request that they quote that its author never said. */
const approvals: Readonly<Record<string, (request: Quoted, context: Context) => Fields>> = {
  approval: () => ({}),
  copied: (_request, { world, key, iamId }) => {
    const other = requestOf([...world.keys.values()].filter(({ id }) => id !== key.id).flatMap(recordsOn), iamId);
    return other === undefined ? {} : { b: hashOf(other), t: other.t, m: other.m };
  },
  retimed: ({ fields }, { t }) => ({ t, m: fields.m }),
  reworded: ({ fields }, { key }) => {
    const other = { ...fields, w: "Other words" };
    return { i: recordHash(key.id, tagOf(other).value), b: hashOf(other), m: fields.m };
  },
  stepped: ({ fields }) => ({ m: fields.m }),
};

export const plants = [...Object.keys(texts), ...Object.keys(requests), ...Object.keys(approvals)];
/** Whether she writes a request or an approval, which says when it was written. */
export const isRecord = (what: string): boolean => what in requests || what in approvals;

interface Context {
  readonly world: World;
  readonly key: Key;
  readonly iamId: string;
  readonly t: number;
}
interface Quoted {
  readonly fields: Fields;
}

export async function plantText(
  { tool, world }: { readonly tool: Outsider; readonly world: World },
  keyId: string,
  what: string,
  [name = "bob", step = ""]: readonly string[],
): Promise<void> {
  const key = world.keys.get(keyId);
  if (key === undefined) return;
  const text = texts[what];
  if (text !== undefined) {
    await tool.patch(keyId, { tags: text(key, step) });
    return;
  }
  const { tags, description } = key;
  const [present] = recordsOn(key);
  if (present === undefined) return;
  const { m: seal, g: _signature, h: _how, q: _quote, ...rest } = present;
  const t = Math.floor(world.clock.nowMs() / 1_000);
  const iamId = iamIdOf(name as Who);
  const person = { a: iamId, n: `${name} Example` };
  const said = { ...rest, ...(step === "" ? {} : { s: step }), t };
  const others = without(tags, "uko_deletion");
  const request = requests[what];
  if (request !== undefined) {
    const body = inOrder(recordFields, { ...said, ...person, h: "command", ...request(said, world) });
    if (what === "compact") {
      await tool.patch(keyId, { tags: others, description: `${description}\n${compactOf(body)}`.trimStart() });
      return;
    }
    const brought = what === "twice" ? [tagOf(body), tagOf({ ...body, w: "Again" })] : [tagOf(body)];
    await tool.patch(keyId, { tags: [...(what === "unmarked" ? [] : others), ...brought] });
    return;
  }
  // What this person requested in another step counts as little as what they requested here and took back.
  const earlier = what === "stepped" ? requestOf(recordsBefore(world, keyId), iamId, present.s) : present;
  if (earlier === undefined) return;
  // A request that a later write made void can be put back while its author's seal is fresh: the pages say so.
  const isStanding = key.updatedBy === present.a && Math.abs(key.updatedMs / 1_000 - Number(present.t)) <= 2;
  const own = {
    ...{ i: recordHash(keyId, tagOf(earlier).value), b: hashOf(earlier), ...person, t: earlier.t },
    ...{
      m: isStanding ? (seal ?? noSeal) : noSeal,
      ...approvals[what]?.({ fields: earlier }, { world, key, iamId, t }),
    },
  };
  const author = { a: iamIdOf("mallory"), n: "Mallory Example" };
  const approval = { ...said, ...author, h: "approval", q: inOrder(quoteFields, own) };
  await tool.patch(keyId, { tags: [...others, tagOf(inOrder(recordFields, approval))] });
}

const without = (tags: readonly Tag[], unwanted: string): readonly Tag[] =>
  tags.filter(({ name }) => name !== unwanted);

function recordsOn({ tags }: { readonly tags: readonly Tag[] }): readonly Fields[] {
  const bodies = tags.map(({ name, value }) => (name === "uko_deletion" ? bodyIn(value) : undefined));
  return bodies.filter((body) => body !== undefined);
}

/** Every record that was ever on the key, the latest first. */
const recordsBefore = ({ audit }: World, keyId: string): readonly Fields[] =>
  audit
    .since(0)
    .filter((entry) => entry.keyId === keyId && entry.after !== undefined)
    .toReversed()
    .flatMap(({ after }) => recordsOn(after ?? { tags: [] }));

/** A request by this person with its seal, in another step than this one. */
function requestOf(records: readonly Fields[], iamId: string, besideStep?: unknown): Fields | undefined {
  return records.find(({ a, h, m, s }) => a === iamId && h !== "approval" && m !== undefined && s !== besideStep);
}

/** The hash of what a seal covers beside key, step, time, digest and author. */
function hashOf({ t: _time, m: _seal, g: _signature, x: _deactivated, ...body }: Fields): string {
  return createHash("sha256").update(JSON.stringify(body)).digest("hex");
}

const noSeal = "0".repeat(64);
const tagOf = (body: Fields): Tag => ({
  name: "uko_deletion",
  value: Buffer.from(JSON.stringify(body), "utf8").toString("hex"),
});

/** The request as a service without tags keeps it, at the end of the description. */
function compactOf({ s, t, d, a }: Fields): string {
  const mark = createHash("sha256").update(String(a)).digest("hex").slice(0, 16);
  const time = Number(t).toString(16).padStart(8, "0");
  return `[uko1b${s === "destroy" ? "x" : "d"}a${time}${String(d)}${mark}${"0".repeat(24)}]`;
}

export function bodyIn(value: string | undefined): Fields | undefined {
  try {
    const body: unknown = JSON.parse(Buffer.from(value ?? "", "hex").toString("utf8"));
    return typeof body === "object" && body !== null ? (body as Fields) : undefined;
  } catch {
    return undefined;
  }
}
