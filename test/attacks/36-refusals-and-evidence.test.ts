/** Refusals of the service in a campaign, and forged evidence. Neither keeps a wave from its other keys or allows a step. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { campaignSeed, keysOf } from "../cli/campaign-seed.ts";
import { useCampaignStage } from "../cli/campaign-stage.ts";
import type { Person } from "../cli/harness.ts";
import { explainVerdict } from "../support/oracle.ts";

const labels = Array.from({ length: 8 }, (_, at) => `mail-${at}`);
const stage = useCampaignStage({
  ...campaignSeed,
  clock: { start: "2026-10-01T09:00:00Z", frozen: true },
  keys: keysOf("mail", 8, { vault: "archive", template: "azure" }),
  kmsKeys: [],
});
beforeEach(() => stage.begin());
afterEach(async () => expect(explainVerdict(await stage.world.verdict())).toBe(""));

const next = (who: Person, answers?: readonly string[]) => stage.type(who, "next", answers);
const deactivations = async () =>
  (await stage.world.trail()).filter(({ operation }) => operation === "deactivateManagedKey");
const refuse = (label: string) =>
  stage.world.control("faults", {
    ...{ operation: "deactivateManagedKey", keyId: stage.keyNamed(label).split("/")[1], status: 409, times: 99 },
  });

describe("a refusal of the service", () => {
  it("ends the sample after four calls, and asks before the next one, whatever the person typed", async () => {
    await next("bob");
    for (const label of labels) await refuse(label);
    const { out, questions } = await next("alice", ["deactivate 1", "no"]);
    expect(questions).toEqual(Array(2).fill('Type "deactivate 1" to go on: '));
    expect(out).toMatch(/Deactivated 0 keys of wave "pilot"/);
    const calls = await deactivations();
    expect(new Set(calls.map(({ keyId }) => keyId)).size).toBe(4);
  });

  it("of one key starves no wave: the others go on, and the key is named with its cause", async () => {
    await next("bob");
    await refuse("mail-0");
    await next("alice");
    const taken = (await deactivations()).filter(({ effect }) => effect).map(({ label }) => label);
    expect(taken.toSorted()).toEqual(labels.slice(1));
    const { out } = await stage.campaign("status");
    expect(out).toMatch(/\nBlocked\n.*\n.*mail-0 +pilot +the service refused the step, as IBMid-550000ALICE saw /);
    // An order and not a gate: the key is still offered.
    expect((await next("alice", ["no"])).questions).toEqual(['Type "deactivate 1" to go on: ']);
  });
});

describe("a committer who forges evidence", () => {
  const actor = { iamId: "IBMid-550000ALICE", name: "Alice" };
  const forged = (label: string, over: object): string => {
    const [vaultId = "", keyId = ""] = stage.keyNamed(label).split("/");
    const subject = { instanceId: campaignSeed.instance.id, vaultId, keyId, label };
    return `${JSON.stringify({ v: 1, time: "2026-10-01T09:00:00Z", ...subject, from: "", to: "", actor, keystores: [], ...over })}\n`;
  };
  /** Later than the request, because a write shows that the service refuses no more. */
  const afterRequest = "2026-10-01T09:02:00Z";
  const forge = (over: object): void =>
    stage.write("evidence/forged.jsonl", labels.map((label) => forged(label, over)).join(""));

  it("takes no key out of a run with a refusal of every key", async () => {
    await next("bob");
    const refusal = { code: "UKO_SERVICE_REFUSED", said: "\u001b[2J" };
    forge({ phase: "refused", step: "deactivate", time: afterRequest, refusal });
    const { out } = await stage.campaign("status");
    expect(out).toContain("the service refused the step, as IBMid-550000ALICE saw 1 Oct 2026 09:02 UTC: \\u{1b}[2J");
    expect(out).not.toContain("\u001b");
    await next("alice");
    expect((await deactivations()).filter(({ effect }) => effect)).toHaveLength(8);
  });

  it.each(["__proto__", "constructor", "hasOwnProperty"])(
    "breaks no command with the code %s, a name that every object has",
    async (code) => {
      await next("bob");
      forge({ phase: "refused", step: "deactivate", time: afterRequest, refusal: { code, said: "" } });
      const { out, exitCode } = await stage.campaign("status");
      expect([exitCode, out]).toEqual([expect.any(Number), expect.stringContaining("the service refused the step")]);
      await next("alice");
      expect((await deactivations()).filter(({ effect }) => effect)).toHaveLength(8);
    },
  );

  it("keeps an approval from a person only with file and line, and only until the person names wave and step", async () => {
    await next("bob");
    const refusal = { code: "UKO_RIGHTS_MISSING", said: "" };
    forge({ phase: "refused", step: "deactivate", time: afterRequest, refusal });
    const { out } = await stage.campaign("next", "alice");
    expect(out).toMatch(
      /\nNot offered to you\n {2}wave pilot: approve the deactivation of 8 keys: the service refused you the right \(evidence\/forged\.jsonl, line 1, and 7 more\)/,
    );
    await stage.world.type("alice", `campaign next --wave pilot --step deactivate --folder ${stage.folder}`);
    expect((await deactivations()).filter(({ effect }) => effect)).toHaveLength(8);
  });
});
