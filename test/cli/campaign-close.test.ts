import { expect, it } from "vitest";
import { campaignSeed } from "./campaign-seed.ts";
import { useCampaignStage } from "./campaign-stage.ts";

/** One vault has only a key that was never active; the other vault has keys in use. */
const draft = campaignSeed.keys.filter(({ label }) => label === "draft-1" || label === "mail-1");
const stage = useCampaignStage({ ...campaignSeed, keys: draft, kmsKeys: [] });

const closed = async (options: string, who?: "bob" | "alice") => {
  const ended = await stage.campaign(`finish ${options} --json`, who);
  return { exitCode: ended.exitCode, ...(JSON.parse(ended.out) as Report) };
};
interface Report {
  readonly containers: readonly { readonly kind: string; readonly vaultName: string; readonly outcome: string }[];
  readonly keys: readonly { readonly outcome: string; readonly isFinal: boolean }[];
  readonly checklist: readonly { readonly state: string; readonly what: string }[];
}
const outcomesIn = ({ containers }: Report, vault: string) => [
  ...new Set(containers.filter(({ vaultName }) => vaultName === vault).map(({ outcome }) => outcome)),
];

it("deletes what is emptied in order, leaves the rest with its reason, and continues in a later run", async () => {
  await stage.baselined((text) => text.replace(/blackouts.*\n/, ""));
  // Before the key is removed, no container of either vault is touched.
  const early = await closed("--yes");
  expect([early.exitCode, outcomesIn(early, "payments")]).toEqual([12, ["blocked"]]);

  await stage.takeStep("draft-1", "carol");
  await stage.world.uko("bob", "continue --step remove");
  const unconfirmed = await closed("");
  expect([unconfirmed.exitCode, outcomesIn(unconfirmed, "payments")]).toEqual([12, ["waits"]]);
  const declined = await stage.world.type("bob", `campaign finish --folder ${stage.folder}`, [""]);
  expect([declined.exitCode, declined.out]).toEqual([12, expect.stringMatching(/^Campaign eol: [\s\S]*\nOutcomes\n/)]);
  // Alice may not delete containers.
  expect((await closed("--yes", "alice")).exitCode).toBe(13);
  const first = await closed("--yes");
  expect([first.exitCode, outcomesIn(first, "payments"), outcomesIn(first, "archive")]).toEqual([
    12,
    ["deleted"],
    ["blocked"],
  ]);
  expect(first.containers.map(({ kind }) => kind).filter((kind, at, all) => all.indexOf(kind) === at)).toEqual([
    "template",
    "keystore",
    "key_ring",
    "vault",
  ]);
  // The deleted vault proves that its key is removed.
  const second = await closed("--yes");
  expect(outcomesIn(second, "payments")).toEqual([]);
  expect(second.keys.map(({ outcome, isFinal }) => [outcome, isFinal])).toEqual([
    ["removed", true],
    ["open", false],
  ]);
  expect(second.checklist.filter(({ state }) => state === "open").map(({ what }) => what)).toEqual([
    expect.stringMatching(/^1 key without a final outcome/),
    expect.stringMatching(/containers left$/),
  ]);
  // With an open item, no command can be pasted that deletes the instance.
  const items = JSON.stringify(second.checklist);
  expect(items).toContain("Do not delete the instance");
  expect(items).not.toContain("service-instance-delete");
  expect((await stage.world.verdict()).violations).toEqual([]);
});

it("closes nothing of an instance that continues", async () => {
  await stage.baselined((text) => text.replace("deadline:", "instanceEnds: false\ndeadline:"));
  expect((await closed("--yes")).containers).toEqual([]);
});
