import { describe, expect, it } from "vitest";
import { isChosen, isIamIdForm } from "../../../provider/lifecycle/vocabulary/iam-id.ts";

const alice = "IBMid-550000ALICE";

describe("a text in the form of an IAM ID", () => {
  it.each([alice, "ibmid-550000alice", "iam-ServiceId-1a2b", "iam-Profile-x", "crn-crn:v1:a", "AB12CD-user.7"])(
    "never selects by the name that an author gives: %s",
    (text) => {
      expect(isIamIdForm(text)).toBe(true);
      expect(isChosen(text, { iamId: "IBMid-550000MALLORY", name: text })).toBe(false);
    },
  );

  it("selects the identity with the ID, in upper or lower case", () => {
    expect(isChosen(alice, { iamId: alice, name: "Alice" })).toBe(true);
    expect(isChosen(alice.toLowerCase(), { iamId: alice })).toBe(true);
    expect(isChosen(alice, { name: "Alice" })).toBe(false);
  });
});

it.each(["Alice Example", "Anna-Maria", "alice@example.com", "Bob 2"])(
  "another text also selects by name: %s",
  (name) => {
    expect(isIamIdForm(name)).toBe(false);
    expect(isChosen(name.toUpperCase(), { iamId: alice, name })).toBe(true);
    expect(isChosen(name, { iamId: alice, name: "Carol" })).toBe(false);
    expect(isChosen(name, { iamId: alice })).toBe(false);
  },
);
