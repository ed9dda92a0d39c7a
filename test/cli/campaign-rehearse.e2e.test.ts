import { expect, it } from "vitest";
import { campaignSeed } from "./campaign-seed.ts";
import { useCampaignStage } from "./campaign-stage.ts";
import type { Person } from "./harness.ts";

const stage = useCampaignStage(campaignSeed);

interface Rehearsed {
  readonly rehearsal: readonly { readonly type: string; readonly state: string }[];
  readonly assumptions: readonly { readonly id: string; readonly verdict: string }[];
}
const rehearse = async (who: Person) => {
  const { exitCode, out } = await stage.campaign("rehearse --json", who);
  const { rehearsal = [], assumptions = [] } = JSON.parse(out) as Partial<Rehearsed>;
  const verdicts = assumptions
    .filter(({ verdict }) => verdict !== "not_observed")
    .map(({ id, verdict }) => `${id} ${verdict}`);
  return { exitCode, states: [...new Set(rehearsal.map(({ state }) => state))], types: rehearsal.length, verdicts };
};

it("takes throwaway keys through the whole path with two people and a rollback", async () => {
  stage.complete();
  expect((await rehearse("alice")).exitCode).toBe(13);
  expect((await rehearse("bob")).exitCode).toBe(0);
  // The campaign leaves out the throwaway keys.
  expect((await stage.campaign("baseline")).out).toContain(`${campaignSeed.keys.length + 2} keys`);
  expect(await rehearse("bob")).toMatchObject({ exitCode: 0, states: ["active"], types: 4 });
  expect(await rehearse("bob")).toMatchObject({ exitCode: 10, states: ["active"] });
  expect(await rehearse("alice")).toMatchObject({ exitCode: 0, states: ["deactivated"] });
  expect(await rehearse("alice")).toMatchObject({ exitCode: 0, states: ["active"] });
  await rehearse("bob");
  expect(await rehearse("alice")).toMatchObject({ states: ["deactivated"] });
  await stage.world.advance("5h");
  await rehearse("alice");
  expect(await rehearse("bob")).toMatchObject({ exitCode: 0, states: ["destroyed"] });
  await stage.world.advance("91d");
  await rehearse("bob");
  const last = await rehearse("bob");
  expect(last).toMatchObject({ exitCode: 0, states: ["removed"] });
  expect(last.verdicts).toEqual(
    expect.arrayContaining(["U9 confirmed", "backing-key-suspended confirmed", "KMS-19 confirmed"]),
  );
  expect((await stage.world.verdict()).violations).toEqual([]);
});
