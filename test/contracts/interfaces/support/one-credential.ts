/** Records that one person can write alone: in another person's name, or copied from another key. */

import { demoSeed } from "../../../../provider/emulator/demo-seed.ts";
import type { Seed } from "../../../../provider/emulator/seed.ts";
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

/** What Carol writes on a key by hand: a record with a time that fits, and all else as she wants it. */
export async function plant(scenario: Scenario, name: string, body: Readonly<Record<string, unknown>>): Promise<void> {
  const { id, tags } = await scenario.key(name);
  const t = Math.floor(Date.parse((await scenario.uko.world()).now) / 1_000);
  const value = Buffer.from(JSON.stringify({ ...body, t }), "utf8").toString("hex");
  const others = tags.filter((tag) => tag.name !== "uko_deletion");
  await scenario.outsider("carol").patch(id, { tags: [...others, { name: "uko_deletion", value }] });
}

/** Carol's approval of a request that she quotes. Her own request shows what a record on this key has to say. */
export async function plantApproval(scenario: Scenario, name: string, quoted: Readonly<Record<string, unknown>>) {
  const carol = await scenario.person("carol");
  ended(await carol.uko(["withdraw", name]), 0);
  ended(await carol.uko(["request", name]), 0);
  const { m: _seal, ...body } = await bodyOn(scenario, name);
  const { id: i } = recordOn(await scenario.key(name));
  await plant(scenario, name, { ...body, h: "approval", q: { i, a: bobsId, t: body.t, m: noSeal, ...quoted } });
}

export const quoteOf = ({ t, m, a }: Body) => ({ t, m, a });
