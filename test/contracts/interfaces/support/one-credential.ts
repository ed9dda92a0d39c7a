/** Records that one person can write alone: in another person's name, or copied from another key. */

import { createHash } from "node:crypto";
import { demoSeed } from "../../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../../provider/emulator/store/seed.ts";
import { recordHash } from "../../../support/oracle.ts";
import { ended } from "./next-steps.ts";
import { recordOn } from "./records.ts";
import type { Scenario } from "./scenario.ts";

export const bobsId = "IBMid-550000BOB";

export interface Body {
  readonly t: number;
  readonly m?: string;
  readonly [name: string]: unknown;
}

/** Bob may take every step, so that no missing right keeps his runs from it. */
export const bobTakesAllSteps: Seed = {
  ...demoSeed,
  identities: demoSeed.identities.map((each) =>
    each.iamId === bobsId ? { ...each, roles: [...each.roles, "KeyCustodianDeployer"] } : each,
  ),
};
const noSeal = "0".repeat(64);

export async function bodyOn(scenario: Scenario, name: string): Promise<Body> {
  return JSON.parse(Buffer.from(recordOn(await scenario.key(name)).text, "hex").toString("utf8")) as Body;
}

type Fields = Readonly<Record<string, unknown>>;
/** In this order the product writes a record and a quote. A text in another order is no record. */
const recordFields = ["v", "s", "t", "d", "a", "n", "h", "c", "m", "g", "q", "x", "k", "w", "e"];
const quoteFields = ["i", "b", "a", "n", "t", "m", "g"];
const inOrder = (names: readonly string[], fields: Fields): Fields =>
  Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));

/** What Carol writes on a key by hand: a record with a time that fits, and all else as she wants it. */
export async function plant(scenario: Scenario, name: string, body: Fields): Promise<void> {
  const { id, tags } = await scenario.key(name);
  const t = Math.floor(Date.parse((await scenario.uko.world()).now) / 1_000);
  const value = Buffer.from(JSON.stringify(inOrder(recordFields, { ...body, t })), "utf8").toString("hex");
  const others = tags.filter((tag) => tag.name !== "uko_deletion");
  await scenario.outsider("carol").patch(id, { tags: [...others, { name: "uko_deletion", value }] });
}

/** Carol's approval of a request that she quotes. Her own request shows what a record on this key has to say. */
export async function plantApproval(scenario: Scenario, name: string, quoted: Fields) {
  const carol = await scenario.person("carol");
  ended(await carol.uko(["withdraw", name]), 0);
  ended(await carol.uko(["request", name]), 0);
  const { m: _seal, ...body } = await bodyOn(scenario, name);
  const key = await scenario.key(name);
  const i = recordHash(key.id, recordOn(key).text);
  const forged = { i, b: bodyHash(body), a: bobsId, n: "Bob Example", t: body.t, m: noSeal };
  await plant(scenario, name, { ...body, h: "approval", q: inOrder(quoteFields, { ...forged, ...quoted }) });
}

export const quoteOf = (body: Body) => ({ b: bodyHash(body), a: body.a, n: body.n, t: body.t, m: body.m });

/** The hash of what the seal of a request covers beside its key, step, time, digest and author. */
function bodyHash({ t: _time, m: _seal, g: _signature, x: _deactivated, ...body }: Body): string {
  return createHash("sha256").update(JSON.stringify(body)).digest("hex");
}
