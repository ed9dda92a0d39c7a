import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KeyClass, KeyTraits } from "../../../provider/lifecycle/campaign/campaign.ts";
import { ruleChangeOf } from "../../../provider/lifecycle/campaign/rule-changes.ts";
import {
  type Classified,
  classificationGaps,
  endingOf,
  firstMatch,
  isGlobMatch,
  isMatch,
} from "../../../provider/lifecycle/campaign/rules.ts";

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
    [{ vault: "v1" }, true],
    [{ vault: "pay*" }, true],
    [{ vault: "v2" }, false],
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

describe("a glob", () => {
  test("matches as a regular expression would", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "?"), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (glob, value) => {
        const pattern = glob.replaceAll(".", "\\.").replaceAll("*", "[^]*").replaceAll("?", "[^]");
        expect(isGlobMatch(glob, value)).toBe(new RegExp(`^${pattern}$`).test(value));
      }),
      { numRuns: 3_000 },
    );
  });

  test("takes no longer for many stars", () => {
    expect(isGlobMatch(`${"*a".repeat(120)}b`, "a".repeat(255))).toBe(false);
  });
});

describe("a class requires", () => {
  const complete: Classified = {
    kind: "managed",
    class: "destroy",
    owners: ["team"],
    reason: "moved",
    successor: "new",
    attestedAtMs: 5,
    into: "destroy",
  };
  test.each([
    [{}, []],
    [{ owners: [], reason: "" }, ["owner_missing", "reason_missing"]],
    [{ class: "deactivate", owners: [], reason: "" }, []],
    [{ kind: "kms", class: "deactivate" }, ["kms_deactivation"]],
    [{ kind: "kms", class: "migrate", into: "deactivate" }, ["kms_deactivation"]],
    [{ kind: "kms" }, []],
    [{ class: "leave" }, []],
    [{ class: "leave", owners: [] }, ["future_owner_missing"]],
    [{ class: "migrate" }, []],
    [{ class: "migrate", successor: "", attestedAtMs: undefined }, ["successor_missing", "not_attested"]],
    [{ class: "migrate", attestedAtMs: 11 }, ["not_attested"]],
    [{ class: "migrate", owners: [] }, ["owner_missing"]],
    [{ class: "migrate", owners: [], into: "deactivate" }, []],
    [{ class: "keep", owners: [] }, ["keep_on_ending_instance"]],
  ] as const)("%j: %j", (change, gaps) => {
    expect(classificationGaps({ ...complete, ...change }, true, 10)).toEqual(gaps);
  });

  test("nothing of a key that stays on an instance that continues", () => {
    expect(classificationGaps({ ...complete, class: "keep" }, false, 10)).toEqual([]);
  });

  test.each([
    ["destroy", undefined, "destroy"],
    ["deactivate", undefined, "deactivate"],
    ["migrate", "destroy", "destroy"],
    ["migrate", undefined, "none"],
    ["leave", "destroy", "none"],
    ["keep", undefined, "none"],
  ] as const)("%s into %s ends as %s", (keyClass, into, ending) => {
    expect(endingOf({ class: keyClass, into })).toBe(ending);
  });
});

describe("a change of the rules", () => {
  const line = { class: "destroy", into: undefined, reason: "Moved", soak: "7d" } as const;
  test.each([
    ["nothing", line, { kind: "unchanged" }],
    ["no rule", undefined, { kind: "narrowed", why: "no_rule" }],
    ["leave", { ...line, class: "leave" }, { kind: "narrowed", why: "class" }],
    ["leave and another reason", { ...line, class: "leave", reason: "" }, { kind: "narrowed", why: "class" }],
    ["deactivate", { ...line, class: "deactivate" }, { kind: "narrowed", why: "class" }],
    ["migrate without an ending", { ...line, class: "migrate" }, { kind: "narrowed", why: "class" }],
    [
      "migrate with the same ending",
      { ...line, class: "migrate", into: "destroy" },
      {
        kind: "different",
        differences: [
          { field: "class", before: "destroy", after: "migrate" },
          { field: "into", before: undefined, after: "destroy" },
        ],
      },
    ],
    [
      "a field that the manifest does not have",
      { ...line, ticket: "CHG-1" },
      { kind: "different", differences: [{ field: "ticket", before: undefined, after: "CHG-1" }] },
    ],
  ] as const)("to %s", (_, ruled, expected) => {
    expect(ruleChangeOf<Pick<Classified, "class" | "into">>(line, ruled)).toEqual(expected);
  });

  test("that leads further is a difference, whatever the class", () => {
    for (const from of ["leave", "keep", "deactivate"] as const) {
      expect(ruleChangeOf<{ class: KeyClass }>({ class: from }, { class: "destroy" }).kind).toBe("different");
    }
  });
});
