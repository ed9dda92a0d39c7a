/** The outcomes of a destroyed key: neither a list nor a failed read proves that its material is gone. */

import { expect, it } from "vitest";
import { type EndedKey, outcomeOf } from "../../../provider/campaign/rules/outcomes.ts";

const deadlineMs = Date.parse("2027-03-21T00:00:00Z");
const destroyed: EndedKey = {
  ...{ state: "destroyed", class: "destroy", materialGoneMs: undefined },
  ...{ isHeld: false, isRecorded: false, hasCopyOutside: false },
};

it.each([
  ["destroyed", {}],
  ["not_read", { isEndUnproven: true }],
  ["open", { isMaterialUncertain: true }],
  ["destruction_listed", { isEndUnasked: true }],
  ["pending_destruction", { materialGoneMs: deadlineMs - 1 }],
  ["proof_by_provider", { materialGoneMs: deadlineMs }],
] as const)("a destroyed key is %s with %o", (outcome, facts) => {
  expect(outcomeOf({ ...destroyed, ...facts }, { deadlineMs, instanceEnds: true })).toBe(outcome);
});
