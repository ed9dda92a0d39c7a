import { describe, expect, test } from "vitest";
import type { KeyClass, KeyTraits } from "../../../provider/campaign/rules/campaign.ts";
import { ruleChangeOf } from "../../../provider/campaign/rules/rule-changes.ts";
import { classificationGaps, firstMatch, isMatch } from "../../../provider/campaign/rules/rules.ts";

const traits: KeyTraits = {
  kind: "managed",
  vaultId: "v1",
  vaultName: "payments",
  id: "k1",
  label: "card-1",
  state: "active",
  keystoreTypes: ["aws_kms"],
  tags: [{ name: "team", value: "cards" }],
  template: "cards",
  createdAtMs: 100,
};

describe("a rule matches", () => {
  test.each([
    [{}, true],
    [{ kind: "managed" }, true],
    [{ kind: "kms" }, false],
    [{ id: ["k1", "k2"] }, true],
    [{ id: ["k2"] }, false],
    [{ vault: ["v2", "v1"] }, true],
    [{ vault: ["pay*"] }, true],
    [{ vault: ["v2", "x*"] }, false],
    [{ label: "card-?" }, true],
    [{ label: "card" }, false],
    [{ template: "c*s" }, true],
    [{ template: "x" }, false],
    [{ state: ["active"] }, true],
    [{ state: ["destroyed"] }, false],
    [{ keystore: ["google_kms", "aws_kms"] }, true],
    [{ keystore: ["google_kms"] }, false],
    [{ tag: { name: "team" } }, true],
    [{ tag: { name: "team", value: "cards" } }, true],
    [{ tag: { name: "team", value: "x" } }, false],
    [{ tag: { name: "other" } }, false],
    [{ createdBeforeMs: 101 }, true],
    [{ createdBeforeMs: 100 }, false],
    [{ createdFromMs: 100 }, true],
    [{ createdFromMs: 101 }, false],
  ] as const)("%j: %s", (match, expected) => {
    expect(isMatch(match, traits)).toBe(expected);
  });

  test("about dates only if the key has a date", () => {
    const { createdAtMs: _, ...undated } = traits;
    expect(isMatch({ createdBeforeMs: 101 }, undated)).toBe(false);
    expect(isMatch({ createdFromMs: 0 }, undated)).toBe(false);
  });

  test("before all later rules", () => {
    const rule = (label: string) => ({ match: { label }, class: "destroy", wave: "w" }) as const;
    expect(firstMatch([rule("x"), rule("card*"), rule("*")], traits)).toBe(1);
    expect(firstMatch([rule("x")], traits)).toBeUndefined();
  });
});

describe("a class requires", () => {
  test.each([
    [{}, []],
    [{ owner: "", reason: "" }, ["owner_missing", "reason_missing"]],
    [{ owner: "" }, ["owner_missing"]],
    [{ class: "leave", owner: "", reason: "" }, []],
  ] as const)("%j: %j", (change, gaps) => {
    expect(classificationGaps({ class: "destroy", owner: "team", reason: "moved", ...change })).toEqual(gaps);
  });
});

describe("a change of the rules", () => {
  const line = { class: "destroy", reason: "Moved", soak: "7d" } as const;
  test.each([
    ["nothing", line, { kind: "unchanged" }],
    ["no rule", undefined, { kind: "narrowed", why: "no_rule" }],
    ["leave", { ...line, class: "leave" }, { kind: "narrowed", why: "class" }],
    ["leave and another reason", { ...line, class: "leave", reason: "" }, { kind: "narrowed", why: "class" }],
    [
      "a field that the manifest does not have",
      { ...line, ticket: "CHG-1" },
      { kind: "different", differences: [{ field: "ticket", before: undefined, after: "CHG-1" }] },
    ],
  ] as const)("to %s", (_, ruled, expected) => {
    expect(ruleChangeOf<{ class: KeyClass; reason: string; ticket?: string }>(line, ruled)).toEqual(expected);
  });

  test("that leads further is a difference", () => {
    expect(ruleChangeOf<{ class: KeyClass }>({ class: "leave" }, { class: "destroy" }).kind).toBe("different");
  });
});
