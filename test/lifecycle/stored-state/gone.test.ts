import { describe, expect, it } from "vitest";
import { isGone, isGoneForCommand } from "../../../provider/lifecycle/stored-state/gone.ts";

/** Every possible absence: instance, vault, proven -> verdict. */
const golden: Record<string, string> = {
  "same found proven": "gone",
  "same found unproven": "gone",
  "same not_found proven": "gone",
  "same not_found unproven": "vault_not_found",
  "same unknown proven": "vault_unknown",
  "same unknown unproven": "vault_unknown",
  "other found proven": "other_instance",
  "other found unproven": "other_instance",
  "other not_found proven": "other_instance",
  "other not_found unproven": "other_instance",
  "other unknown proven": "other_instance",
  "other unknown unproven": "other_instance",
};

describe("isGone", () => {
  it.each(Object.entries(golden))("returns for %s: %s", (situation, expected) => {
    const [instance, vault, proof] = situation.split(" ");
    const verdict = isGone({
      isSameInstance: instance === "same",
      vault: vault as "found" | "not_found" | "unknown",
      isInstanceProven: proof === "proven",
    });
    expect(verdict.kind === "gone" ? "gone" : verdict.why).toBe(expected);
  });
});

describe("isGoneForCommand", () => {
  it.each([
    [true, true, true],
    [true, false, true],
    [false, true, true],
    [false, false, false],
  ])("removed by this run %s, instance proven %s: %s", (isRemovedHere, isInstanceProven, expected) => {
    expect(isGoneForCommand({ isRemovedHere, isInstanceProven })).toBe(expected);
  });
});
