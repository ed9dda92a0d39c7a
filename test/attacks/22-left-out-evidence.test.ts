/** Point 22: a certificate from a part of the evidence. The file of the runs that ended the key is not passed. */

import { beforeAll, describe, expect, it } from "vitest";
import { limitsOf } from "../../provider/certificate/build.ts";
import type { Certificate } from "../../provider/certificate/statement.ts";
import { trustAll } from "../certificate/story.ts";
import { useStory } from "../certificate/use-story.ts";
import { keys } from "../cli/harness.ts";

const story = useStory();
beforeAll(async () => {
  await story.destroy("payroll", { UKO_EVIDENCE: story.file("first.jsonl") });
  await story.remove("payroll");
  await story.uko("bob", "certificate create --evidence @evidence.jsonl --sign-key @bob.key --out @removal.json");
  const all = "--evidence @first.jsonl --evidence @evidence.jsonl";
  await story.uko("bob", `certificate create ${all} --sign-key @bob.key --out @whole.json`);
});

function statementOf(name: string): Certificate {
  return JSON.parse(Buffer.from(story.envelope(name).payload, "base64").toString("utf8")) as Certificate;
}

const [vaultId, keyId = ""] = keys.payroll.split("/");

describe("a certificate that has only the removal", () => {
  it("says that the steps which ended the key are not recorded", async () => {
    const { predicate } = statementOf("removal.json");
    expect(predicate.keys[0]).toMatchObject({ outcome: "removed" });
    const left = predicate.notVerified.find(({ code }) => code === "steps_not_recorded");
    expect(left?.subjects).toEqual([expect.stringContaining(`${vaultId}/${keyId}`)]);
    const shown = await story.uko(
      "carol",
      `certificate verify @removal.json --allow-emulator ${trustAll} --allow-unrecorded ${keys.payroll}`,
    );
    expect([shown.exitCode, shown.out]).toEqual([0, expect.stringContaining("Who took each step on these keys")]);
    expect(shown.out).not.toMatch(/requested by|approved by/);
  });
});

describe("a certificate from all of the evidence", () => {
  it("does not say so", () => {
    const whole = statementOf("whole.json");
    expect(whole.predicate.notVerified.map(({ code }) => code)).not.toContain("steps_not_recorded");
  });

  it.each(["deactivate", "destroy"])("says so if a signer takes its %s out", (left) => {
    const { predicate } = statementOf("whole.json");
    const parts = predicate.keys.map((key) => ({ ...key, steps: key.steps.filter(({ step }) => step !== left) }));
    const limits = limitsOf({ ...predicate, keys: parts, isIbm: true });
    expect(limits.map(({ code }) => code)).toContain("steps_not_recorded");
  });
});
