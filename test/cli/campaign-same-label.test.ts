/** Two vaults each have a key with the same label: every line tells them apart, and no act takes one for the other. */

import { expect, it } from "vitest";
import { campaignSeed, vaultIds } from "./campaign-seed.ts";
import { dataOf, useCampaignStage } from "./campaign-stage.ts";

const keys = campaignSeed.keys.map((key) => (key.label === "mail-1" ? { ...key, label: "cards-1" } : key));
const stage = useCampaignStage({ ...campaignSeed, keys });
const { campaign, planned } = stage;

const idOf = (name: "payments" | "archive"): string =>
  `${vaultIds[name]}/9b2d0000-0000-4000-8000-00000000000${name === "payments" ? 4 : 6}`;

it("tells the two keys apart in a review and in a status, and reactivates only the one that its ID names", async () => {
  await planned((text) => text.replace(", after: [pilot]", "").replace(/blackouts.*\n/, ""));
  await campaign("request main deactivate", "bob");
  await stage.world.advance("1m");
  const review = await campaign("review main deactivate", "alice");
  expect(review.out).toMatch(/cards-1 \(\S+4\) +payments/);
  expect(review.out).toMatch(/cards-1 \(\S+6\) +archive/);
  const found = await campaign("status cards-1", "carol");
  for (const name of ["payments", "archive"] as const) expect(found.out).toContain(`cards-1  ${idOf(name)}`);

  const { review: digest } = dataOf(await campaign("review main deactivate --json", "alice"));
  // The first key goes alone.
  for (const _ of ["sample", "rest"]) await campaign(`approve main deactivate --review ${digest}`, "alice");
  const refused = await campaign("rollback cards-1", "alice");
  expect(refused).toMatchObject({ exitCode: 1 });
  for (const name of ["payments", "archive"] as const) {
    const command = `uko campaign rollback ${idOf(name)} --folder ${stage.folder}`;
    expect(refused.err).toContain(`${command}\n      in vault "${name}"\n`);
  }
  expect(await campaign(`rollback ${idOf("archive")} --json`, "alice")).toMatchObject({ exitCode: 0 });
  const reactivated = (await stage.world.trail()).filter(({ operation }) => operation === "activateManagedKey");
  expect(reactivated.map(({ keyId }) => keyId)).toEqual([idOf("archive").split("/")[1]]);
});

it("tells the two keys apart where it says how to release them", async () => {
  await planned();
  for (const name of ["payments", "archive"] as const) await stage.world.uko("carol", `hold ${idOf(name)}`);
  const { out } = await campaign("plan");
  for (const name of ["payments", "archive"] as const)
    expect(out).toContain(`To release cards-1 (${idOf(name)}): uko hold `);
});

it("takes an ID as the ID, although another key has it for a label", async () => {
  await planned();
  const named = idOf("payments");
  await stage.world.control(`keys/${idOf("archive").split("/")[1]}`, { record: { label: named } });
  await campaign("plan --write --yes");
  expect((await campaign(`rollback ${named}`, "alice")).err).not.toContain("ambiguous");
  expect((await campaign(`rollback ${named.split("/")[1]}`, "alice")).err).not.toContain("ambiguous");
});
