/** The people of the guide "Your date, your people, your weeks" in the demo world: a lead, and an owner without a role. */

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import { demoFile } from "./campaign-seed.ts";
import { useCliStage } from "./cli-stage.ts";
import { keys, type Person } from "./harness.ts";

const { world, folder } = useCliStage({ isKept: true });
beforeAll(() => writeFileSync(path.join(folder, "campaign.yaml"), demoFile("vouchers", "shop")));
const campaign = (command: string, who: Person) => world.uko(who, `campaign ${command} --folder ${folder}`);
/** The row of the guide about this person. */
const rowOf = (who: string): string =>
  readFileSync("provider/docs/how-to/your-date.md", "utf8").match(new RegExp(`^\\| ${who} \\|.*$`, "m"))?.[0] ?? "";

it("has a lead with the rights that the guide names, which suffice to plan and to read the status", async () => {
  const lead = demoSeed.identities.find(({ name }) => name === "Frank Example");
  expect(lead).toMatchObject({ roles: ["Reader"], grants: rowOf("lead").match(/hs-crypto\.[a-z-]+\.list/g) });
  const plan = await campaign("plan --write --yes", "frank");
  expect([plan.exitCode, plan.err]).toEqual([0, expect.not.stringContaining("could not")]);
  const status = JSON.parse((await campaign("status --json", "frank")).out);
  const inWave = status.keys.filter(({ wave }: { readonly wave: string }) => wave === "pilot");
  expect([inWave, status.keys.length]).toMatchObject([[{ label: "vouchers", state: "active" }], 5]);
  const refused = await world.uko("frank", `request ${keys.vouchers}`);
  expect(refused.exitCode).not.toBe(0);
  expect(refused.out + refused.err).toContain("missing right hs-crypto.managed-keys.write");
});

it("has an owner without a role, who reads the page of their keys, and no key of the service", async () => {
  expect(rowOf("owner of keys")).toContain("| no role |");
  expect(demoSeed.identities.find(({ name }) => name === "Grace Example")).toMatchObject({ roles: [] });
  expect(readFileSync(path.join(folder, "manifest/shop.md"), "utf8")).toContain("vouchers");
  const read = await world.uko("grace", `status ${keys.vouchers}`);
  expect(read.exitCode).not.toBe(0);
  expect(read.out).not.toContain("vouchers");
});
