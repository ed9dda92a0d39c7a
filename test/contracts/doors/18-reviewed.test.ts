import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { codeOf, firstLineOf } from "./support/next-steps.ts";
import { withScenario } from "./support/scenario.ts";

test("a review names the request, takes its step alone, and counts only with its digest", () =>
  withScenario({ profile: "documented" }, async (scenario) => {
    const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
    await bob.up();
    const key = await scenario.keyPath();
    await bob.uko(["request", key]);
    await scenario.advance("1m");
    const file = path.join(mkdtempSync(path.join(tmpdir(), "uko-review-")), "review.jsonl");
    await alice.uko(["review", key, "--step", "deactivate", "--out", file]);
    const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
    const destroyWith = (person: typeof alice, given: string) =>
      person.engine.destroy([], { env: { UKO_CONSENT: `@${file}`, UKO_CONSENT_DIGEST: given } });

    const mark = await scenario.mark();
    expect(codeOf((await destroyWith(alice, "0".repeat(64))).output)).toBe("UKO_REVIEW_INVALID");
    expect(await scenario.writes(mark)).toEqual([]);

    const taken = await destroyWith(alice, digest);
    expect(firstLineOf(taken.output)).toContain("waiting for two people: its destruction has not been requested");
    expect(await scenario.key()).toMatchObject({ state: "deactivated", updated_by: "IBMid-550000ALICE" });
    const after = await scenario.mark();
    await scenario.advance("5h");
    await destroyWith(alice, digest);
    expect(await scenario.writes(after), "the review covers no other step, and the run requests none").toEqual([]);
  }));
