/** The forged texts of the hostile person: requests and approvals in other people's names, markers, and invalid records. */

import { createHash } from "node:crypto";
import type { World } from "../../provider/emulator/store/world.ts";
import type { Outsider } from "../contracts/interfaces/support/outsider.ts";
import { recordHash } from "../support/oracle.ts";
import type { Who } from "./story.ts";
import { iamIdOf } from "./world.ts";

type Fields = Readonly<Record<string, unknown>>;

/** In this order the product writes a record and a quote. A text in another order is no record. */
const recordFields = ["v", "s", "t", "d", "a", "n", "h", "c", "m", "g", "q", "x", "k", "w", "e"];
const quoteFields = ["i", "b", "a", "n", "t", "m", "g"];
const inOrder = (names: readonly string[], fields: Fields): Fields =>
  Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));

/** The digest that uko would write is in a record of her own, so she writes one first: `uko request`. */
export async function plantText(
  { tool, world }: { readonly tool: Outsider; readonly world: World },
  keyId: string,
  what: string,
  [name = "bob", step = ""]: readonly string[],
): Promise<void> {
  const key = world.keys.get(keyId);
  if (key === undefined) return;
  const others = key.tags.filter((tag) => tag.name !== "uko_deletion");
  const present = bodyIn(key.tags.find((tag) => tag.name === "uko_deletion")?.value);
  const t = Math.floor(world.clock.nowMs() / 1_000);
  const iamId = iamIdOf(name as Who);
  const person = { a: iamId, n: `${name} Example` };
  if (what === "marker") {
    await tool.patch(keyId, {
      tags: [...key.tags.filter((tag) => tag.name !== "uko_dual"), { name: "uko_dual", value: step || "single" }],
    });
    return;
  }
  if (what === "markers") {
    const others = key.tags.filter((tag) => tag.name !== "uko_dual");
    const both = ["single", "required"].map((value) => ({ name: "uko_dual", value }));
    await tool.patch(keyId, { tags: [...others, ...both] });
    return;
  }
  if (what === "nothing") {
    await tool.patch(keyId, { tags: [] });
    return;
  }
  if (what === "noise") {
    await tool.patch(keyId, { tags: [...others, { name: "uko_deletion", value: "00ff" }] });
    return;
  }
  if (present === undefined) return;
  const { m: _seal, g: _signature, h: _how, q: _quote, ...rest } = present;
  const said = { ...rest, ...(step === "" ? {} : { s: step }) };
  if (what === "request") {
    const body = inOrder(recordFields, { ...said, ...person, t });
    await tool.patch(keyId, { tags: [...others, tagOf(body)] });
  } else if (what === "approval" || what === "copied") {
    const i = recordHash(keyId, key.tags.find((tag) => tag.name === "uko_deletion")?.value ?? "");
    const { t: _time, m, g: _given, x: _ended, ...body } = present;
    const b = createHash("sha256").update(JSON.stringify(body)).digest("hex");
    // A request that a later write made void can be put back while its author's seal is fresh: the pages say so.
    const isStanding = key.updatedBy === present.a && Math.abs(key.updatedMs / 1_000 - Number(present.t)) <= 2;
    const own = { i, b, ...person, t: present.t, m: isStanding ? (m ?? noSeal) : noSeal };
    const quote = inOrder(quoteFields, what === "copied" ? { ...own, ...elsewhere(world, keyId, iamId) } : own);
    const author = { a: iamIdOf("mallory"), n: "Mallory Example" };
    const approval = inOrder(recordFields, { ...said, ...author, h: "approval", q: quote, t });
    await tool.patch(keyId, { tags: [...others, tagOf(approval)] });
  }
}

/** What this person said in a request of another key, with its seal. */
function elsewhere(world: World, keyId: string, iamId: string): Fields {
  for (const { id, tags } of world.keys.values()) {
    const {
      t,
      m,
      g: _given,
      x: _ended,
      ...body
    } = bodyIn(tags.find(({ name }) => name === "uko_deletion")?.value) ?? {};
    if (id === keyId || body.a !== iamId || m === undefined) continue;
    return { b: createHash("sha256").update(JSON.stringify(body)).digest("hex"), t, m };
  }
  return {};
}

/** Whether she writes a request or an approval, which says when it was written. */
export const isRecord = (what: string): boolean => ["request", "approval", "copied"].includes(what);

const noSeal = "0".repeat(64);
const tagOf = (body: Fields) => ({
  name: "uko_deletion",
  value: Buffer.from(JSON.stringify(body), "utf8").toString("hex"),
});

export function bodyIn(value: string | undefined): Fields | undefined {
  try {
    const body: unknown = JSON.parse(Buffer.from(value ?? "", "hex").toString("utf8"));
    return typeof body === "object" && body !== null ? (body as Fields) : undefined;
  } catch {
    return undefined;
  }
}
