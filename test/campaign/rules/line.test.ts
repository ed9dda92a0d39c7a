import { expect, test } from "vitest";
import { type DecidedLine, digestOfLine, leavingOf } from "../../../provider/campaign/rules/line.ts";
import { sha256 } from "../../support/builders.ts";

const line: DecidedLine = {
  ...{ vault: "v-1", id: "k-1", class: "destroy", wave: "pilot", owner: "payments" },
  ...{ reason: "Moved", override: "", facts: "f".repeat(32) },
};

test.each([
  ["a rule", "leave", undefined, "rule"],
  ["a rule that is newer than the manifest", "leave", "destroy", "rule"],
  ["a rule that only the manifest has", "destroy", "leave", "rule"],
  ["no rule at all, by default", undefined, undefined, "default"],
  ["no rule that campaign.yaml still has", undefined, "destroy", "default"],
  ["a rule to destroy it", "destroy", "destroy", "none"],
] as const)("decides whether a key is left by %s", (_what, ruled, listed, leaving) => {
  expect(leavingOf({ ruled, listed })).toBe(leaving);
});

test.each([
  ["vault", "v-2"],
  ["id", "k-2"],
  ["class", "leave"],
  ["wave", "main"],
  ["owner", "other"],
  ["reason", "Sold"],
  ["override", "Not used"],
  ["facts", "0".repeat(32)],
] as const)("changes the digest of a line with its %s", (field, value) => {
  expect(digestOfLine(line, sha256)).toMatch(/^[0-9a-f]{32}$/);
  expect(digestOfLine({ ...line, [field]: value }, sha256)).not.toBe(digestOfLine(line, sha256));
});

test("leaves the digest of a line as it is when the state of the key changes", () => {
  expect(digestOfLine({ ...line, state: "deactivated" } as DecidedLine, sha256)).toBe(digestOfLine(line, sha256));
});
