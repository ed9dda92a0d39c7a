import { expect, it } from "vitest";
import { campaignSeed } from "./campaign-seed.ts";
import { useCampaignStage } from "./campaign-stage.ts";

/** One vault has only a key that was never active; the other vault has keys in use. */
const draft = campaignSeed.keys.filter(({ label }) => label === "draft-1" || label === "mail-1");
const stage = useCampaignStage({ ...campaignSeed, keys: draft, kmsKeys: [] });

/** The report of the end, after the person typed what it asks, or read it only. */
const closed = async (who: "bob" | "alice" = "bob") => {
  const ended = await stage.campaign("next --json", who);
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

const close = (who: "bob" | "alice", ...answers: readonly string[]) =>
  stage.world.type(who, `campaign next --folder ${stage.folder}`, answers);

it("deletes what is emptied, once every key has reached its end, after a typed count and never with --yes", async () => {
  await stage.planned((text) =>
    text
      .replace(/blackouts.*\n/, "")
      .replace("{match: {}, class: destroy, wave: main", "{match: {}, class: leave, wave: main"),
  );
  expect(JSON.parse((await stage.campaign("next --yes --json")).out)).not.toHaveProperty("containers");
  await stage.takeStep("draft-1", "carol");
  await stage.world.uko("bob", "continue --step remove");
  const read = await closed();
  expect([read.exitCode, outcomesIn(read, "payments")]).toEqual([12, ["waits"]]);
  expect(outcomesIn(JSON.parse((await stage.campaign("next --yes --json")).out), "payments")).toEqual(["waits"]);
  const free = read.containers.filter(({ outcome }) => outcome === "waits").length;
  const declined = await close("bob", "");
  expect([declined.exitCode, declined.out]).toEqual([12, expect.stringMatching(/^Campaign eol: [\s\S]*\nOutcomes\n/)]);
  // Alice may not delete containers.
  expect((await close("alice", `close ${free}`)).exitCode).toBe(13);
  const first = await close("bob", `close ${free}`);
  expect(first.out).toMatch(/\nDeleted\n/);
  // The deleted vault proves that its key is removed.
  const second = await closed();
  expect(outcomesIn(second, "payments")).toEqual([]);
  expect(second.keys.map(({ outcome, isFinal }) => [outcome, isFinal])).toEqual([
    ["removed", true],
    ["lives_on", true],
  ]);
  expect((await stage.world.verdict()).violations).toEqual([]);
});

it("prints no command that deletes the instance while an item is open", async () => {
  await stage.planned((text) => text.replace(/^rules:[\s\S]*?^(?=\w)/m, "rules: []\n"));
  const { checklist } = await closed("alice");
  expect(checklist.map(({ state }) => state)).toContain("open");
  expect(JSON.stringify(checklist)).toContain("Do not delete the instance");
  expect(JSON.stringify(checklist)).not.toContain("service-instance-delete");
});

it("closes nothing of an instance that continues", async () => {
  await stage.planned((text) =>
    text.replace("deadline:", "instanceEnds: false\ndeadline:").replace(/^rules:[\s\S]*?^(?=\w)/m, "rules: []\n"),
  );
  expect((await closed()).containers).toEqual([]);
});
