import { describe, expect, it } from "vitest";
import type { DeletionPolicy } from "../../../provider/lifecycle/key/plan.ts";
import { remainingPath } from "../../../provider/lifecycle/key/remaining-path.ts";
import type { KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  aBackingKey,
  aKey,
  aKeystoreStatus,
  aKeyWith,
  aPolicy,
  aRecord,
  aRun,
  dayMs,
  hourMs,
  nowMs,
  someFacts,
} from "../../support/builders.ts";

/** `step +hours`, `~` for an estimate, `2` if two people are required, `!` if the step cannot be undone. */
const path = (
  over: Partial<KeyObservation> | KeyObservation,
  policy: Partial<DeletionPolicy> = {},
): readonly string[] =>
  remainingPath(aKey(over), aPolicy(policy), aRun(), nowMs).map((step) => {
    const marks = `${step.needsTwoPeople ? " 2" : ""}${step.reversible ? "" : " !"}`;
    return `${step.step} +${(step.earliestMs - nowMs) / hourMs}${step.isEstimate ? "~" : ""}${marks}`;
  });
const month = 30 * 24;

describe("remainingPath", () => {
  it.each([
    [
      "removed",
      ["deactivate +0 2", "destroy +4 2 !", `wait_for_keystores +${4 + month}~ !`, `remove +${4 + month}~ !`],
    ],
    ["destroyed", ["deactivate +0 2", "destroy +4 2 !", `wait_for_keystores +${4 + month}~ !`]],
    ["destruction_scheduled", ["deactivate +0 2", "destroy +4 2 !"]],
    ["deactivated", ["deactivate +0 2"]],
  ] as const)("leads from active to %s", (goal, expected) => {
    expect(path({}, { goal })).toEqual(expected);
  });

  it("requires two people for destroy alone under gate destroy, and one person under single", () => {
    const [destroy, single] = [{ marker: "destroy" }, { marker: "single" }] as const;
    expect(path(destroy, { people: "destroy", goal: "destruction_scheduled" })).toEqual([
      "deactivate +0",
      "destroy +4 2 !",
    ]);
    expect(path(single, { people: "single", goal: "destruction_scheduled" })).toEqual([
      "deactivate +0",
      "destroy +4 !",
    ]);
  });

  it("counts from the noted deactivation, and from now if no record notes one or the time is long past", () => {
    const noted = (agoMs: number) => aKeyWith(aRecord({ step: "destroy", deactivatedAtMs: nowMs - agoMs }));
    expect(path(noted(3 * hourMs))[0]).toBe("destroy +1 2 !");
    expect(path(noted(30 * hourMs))[0]).toBe("destroy +0 2 !");
    expect(path({ state: "deactivated" })[0]).toBe("destroy +0 2 !");
    expect(path({ state: "deactivated" }, { goal: "deactivated" })).toEqual([]);
  });

  it("skips outage, cool-down and pending period for a key that was never active", () => {
    expect(path({ state: "pre_activation" })).toEqual(["destroy +0 2 !", "remove +0 !"]);
  });

  it("uses the longest pending period of the key's keystores, and 90 days for an unknown type", () => {
    const facts = (...types: readonly string[]) =>
      someFacts({ keystores: types.map((type, index) => ({ id: `ks-${index}`, type })) });
    expect(path({ state: "deactivated", facts: facts("aws_kms", "google_kms") }).at(-1)).toBe(`remove +${month}~ !`);
    expect(path({ state: "deactivated", facts: facts("cca") }).at(-1)).toBe(`remove +${3 * month}~ !`);
    expect(path({ state: "deactivated", facts: facts() })).toEqual(["destroy +0 2 !", "remove +0~ !"]);
  });

  it("uses the keystores' own dates once destroy is accepted", () => {
    const pending = aKeystoreStatus({ status: "pending_destruction", destructionAtMs: nowMs + 2 * dayMs });
    expect(path({ state: "destroyed", keystores: [pending, aKeystoreStatus({ status: "not_present" })] })).toEqual([
      "wait_for_keystores +48 !",
      "remove +48 !",
    ]);
    expect(path({ state: "destroyed" })).toEqual(["remove +0 !"]);
    expect(path({ state: "destroyed" }, { goal: "destroyed" })).toEqual([]);
  });

  it("names the roles: the service's, and KMS's in addition if the backing key has dual authorization", () => {
    const roles = (over: Partial<KeyObservation>) =>
      remainingPath(aKey(over), aPolicy(), aRun(), nowMs).map((step) => [
        step.right?.roles[0],
        step.kmsRight?.roles[0],
      ]);
    expect(roles({ backingKeys: [aBackingKey({ dualAuthDelete: true })] })).toEqual([
      ["Key Custodian - Deployer", "KMS Writer"],
      ["Vault Administrator", undefined],
      [undefined, undefined],
      ["Vault Administrator", undefined],
    ]);
    expect(roles({})[0]).toEqual(["Key Custodian - Deployer", undefined]);
    expect(roles({ state: "pre_activation" })[0]).toEqual(["Key Custodian - Deployer", undefined]);
  });
});
