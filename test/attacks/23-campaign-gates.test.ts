/**
 * Ways around the gates of a wave: the bulk of a wave without a sample before.
 */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { campaignSeed, keysOf } from "../cli/campaign-seed.ts";
import { counts, dataOf, useCampaignStage } from "../cli/campaign-stage.ts";
import type { Person } from "../cli/harness.ts";
import { explainVerdict } from "../support/oracle.ts";

const seed = {
  ...campaignSeed,
  clock: { start: "2026-10-01T09:00:00Z", frozen: true },
  keys: [
    ...keysOf("mail", 8, { vault: "archive", template: "azure" }),
    ...keysOf("draft", 3, { vault: "payments", template: "draft" }),
  ],
  kmsKeys: [],
};
const stage = useCampaignStage(seed);
beforeEach(async () => {
  stage.write("campaign.yaml", campaignFile);
  await stage.campaign("plan --write --yes");
});
afterEach(async () => expect(explainVerdict(await stage.world.verdict())).toBe(""));

const campaignFile = `format: uko-campaign-1
name: eol
instance: ${seed.instance.id}
deadline: 2027-03-20
waves:
  - {name: pilot, soak: 4h}
rules:
  - {match: {}, class: destroy, wave: pilot, owner: platform, reason: Moved}
`;

const campaign = async (who: Person, command: string) => dataOf(await stage.campaign(`${command} --json`, who));
async function stepsTaken(): Promise<readonly string[]> {
  const trail = await stage.world.trail();
  return trail.flatMap(({ operation, effect, label = "" }) =>
    effect && operation === "deactivateManagedKey" ? [label] : [],
  );
}

/** Bob requests the deactivation of the wave, and Alice reviews it. */
async function reviewed(): Promise<string> {
  await campaign("bob", "request pilot deactivate");
  await stage.world.advance("1m");
  return (await campaign("alice", "review pilot deactivate")).review;
}

describe("the first keys go alone", () => {
  const approve = async (step: string, review: string, options = "") =>
    counts(await stage.campaign(`approve pilot ${step} --review ${review} --json ${options}`, "alice"));

  it("again for each review", async () => {
    await campaign("bob", "request pilot deactivate");
    for (const at of [3, 4, 5, 6, 7]) await stage.world.uko("bob", `withdraw ${stage.keyNamed(`mail-${at}`)}`);
    const first = await reviewed();
    for (const at of [3, 4, 5, 6, 7]) await stage.world.uko("bob", `withdraw ${stage.keyNamed(`mail-${at}`)}`);
    expect(await approve("deactivate", first)).toEqual({ acted: 1 });
    expect(await approve("deactivate", first)).toEqual({ acted: 2, left: 5 });
    const second = await reviewed();
    expect(await approve("deactivate", second)).toEqual({ acted: 1 });
    expect(await approve("deactivate", second)).toEqual({ acted: 4 });
  });

  it("again if another person took the step on a reviewed key", async () => {
    const review = await reviewed();
    const key = stage.keyNamed("mail-4");
    await stage.world.type("carol", `approve ${key}`);
    expect(await stepsTaken()).toEqual(["mail-4"]);
    expect(await approve("deactivate", review)).toMatchObject({ acted: 1 });
  });

  it("for keys that were never active, after the destruction of others", async () => {
    const review = await reviewed();
    for (const _ of [1, 2]) await approve("deactivate", review);
    await stage.world.advance("5h");
    await campaign("bob", "request pilot destroy");
    await stage.world.advance("1m");
    const destroy = async (set: string) => {
      const { review: digest } = await campaign("carol", `review pilot destroy ${set}`);
      return () => stage.campaign(`approve pilot destroy --review ${digest} --json`, "carol").then(counts);
    };
    const others = await destroy("");
    expect(await others()).toEqual({ acted: 1 });
    expect(await others()).toEqual({ acted: 7 });
    const unused = await destroy("--kind never-active");
    expect(await unused()).toEqual({ acted: 1 });
    expect(await unused()).toEqual({ acted: 2 });
  });
});
