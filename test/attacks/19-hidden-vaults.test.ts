/** People whose roles are limited to one vault see no other vault, nor its keystores and keys (uko-v4.md 6). */

import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import { campaignSeed } from "../cli/campaign-seed.ts";
import { manifestIn } from "../cli/campaign-stage.ts";
import { useCliStage } from "../cli/cli-stage.ts";

/** Carol and Bob may set and delete every KMS key, but have roles in the vault `archive` only. */
const limited = ["Carol Example", "Bob Example"];
const identities = demoSeed.identities.map((each) =>
  limited.includes(each.name) ? { ...each, vaults: ["archive"] } : each,
);
const { world, folder } = useCliStage({ seed: { ...campaignSeed, identities } });

/** The KMS key behind "ledger" of the vault `payments`, which KMS lets two people delete. */
async function backingKey(): Promise<string> {
  const { resources } = (await world.as("carol").kms("GET", "/keys")).body;
  return resources.find(({ name }) => name === "ledger")?.id ?? "";
}

it("cannot set the backing key of a managed key that they do not see for deletion", async () => {
  const { exitCode, out } = await world.uko("carol", `request kms/${await backingKey()}`);
  expect([exitCode, out]).toEqual([12, expect.stringContaining("[UKO_KMS_KEY_IS_BACKING_KEY]")]);
  expect(out).toContain("is limited to some of the vaults");
  expect((await world.trail()).filter(({ operation }) => operation === "setKeyForDeletion")).toEqual([]);
});

it("cannot make a campaign of KMS keys, because they could not tell them from backing keys", async () => {
  const { out } = await world.uko("carol", `campaign plan --folder ${folder}/limited`);
  expect(out).not.toMatch(/^kms /m);
  expect(out).toContain("uko cannot distinguish them from the keys behind internal keystores");
});

it("a campaign of one vault leaves out the backing keys of the other vaults", async () => {
  await world.uko("alice", `campaign plan --folder ${folder}/scoped`);
  const file = `${folder}/scoped/campaign.yaml`;
  const [head = ""] = readFileSync(file, "utf8").split("\nrules: []");
  const rule = "rules:\n  - {match: {}, class: leave, wave: main}";
  writeFileSync(
    file,
    `${head.replace(/.*0001 # payments\n/, "")}\n${rule}\n`.replace("instanceEnds: true", "instanceEnds: false"),
  );
  const { err } = await world.uko("alice", `campaign plan --write --yes --folder ${folder}/scoped`);
  expect(err).not.toContain("UKO_");
  const manifest = manifestIn(`${folder}/scoped`);
  const labels = Array.from(manifest.matchAll(/"label":"([^"]+)"/g), ([, label]) => label).toSorted();
  expect(labels).toEqual(["backup", "mail-1", "mail-2", "root-1", "root-2"]);
});
