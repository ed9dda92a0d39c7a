import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestText } from "../../../provider/lifecycle/consent/digest.ts";
import type { CoveredKey } from "../../../provider/lifecycle/vocabulary/observation.ts";
import { digestsOf, someFacts } from "../../support/builders.ts";

const text = fc.string({ unit: "binary", maxLength: 12 });
const facts: fc.Arbitrary<CoveredKey> = fc.record({
  instanceId: text,
  vaultId: text,
  keyId: text,
  version: fc.nat(9),
  label: text,
  description: text,
  activationDate: text,
  expirationDate: text,
  tags: fc.array(fc.record({ name: text, value: text }), { maxLength: 4 }),
  keystores: fc.array(fc.record({ id: text, type: text }), { maxLength: 4 }),
});

describe("digestText", () => {
  it("pins the canonical text, because a release with another text invalidates every pending record", () => {
    expect(digestText(someFacts(), "destroy")).toBe(
      '["uko-digest-1","11111111-1111-4111-8111-111111111111","5c1e0000-0000-4000-8000-000000000001",' +
        '"9b2d0000-0000-4000-8000-000000000002",1,"payroll","Salaries","2026-01-01","",' +
        '[["team","people"]],[["ks-1","ibm_cloud_kms"]],"destroy"]',
    );
  });

  it("does not depend on the order in which the service lists tags and keystores", () => {
    fc.assert(
      fc.property(facts, (some) => {
        const turned = { ...some, tags: some.tags.toReversed(), keystores: some.keystores.toReversed() };
        expect(digestText(turned, "destroy")).toBe(digestText(some, "destroy"));
      }),
    );
  });

  it("counts a tag twice if the service lists the tag twice", () => {
    const tag = { name: "team", value: "people" };
    expect(digestText(someFacts({ tags: [tag, tag] }), "destroy")).toContain('[["team","people"],["team","people"]]');
  });

  it("differs for every two different keys, whatever characters they hold", () => {
    const canonical = (some: CoveredKey) => ({
      ...some,
      tags: some.tags.map((tag) => JSON.stringify([tag.name, tag.value])).sort(),
      keystores: some.keystores.map((each) => JSON.stringify([each.id, each.type])).sort(),
    });
    fc.assert(
      fc.property(facts, facts, (one, other) => {
        const isSame = JSON.stringify(canonical(one)) === JSON.stringify(canonical(other));
        expect(digestText(one, "destroy") === digestText(other, "destroy")).toBe(isSame);
      }),
    );
  });

  it.each([
    ["instance", { instanceId: "22222222-1111-4111-8111-111111111111" }],
    ["vault", { vaultId: "other" }],
    ["key", { keyId: "other" }],
    ["version", { version: 2 }],
    ["label", { label: "payroll-2" }],
    ["description", { description: "" }],
    ["activation date", { activationDate: "" }],
    ["expiration date", { expirationDate: "2027-01-01" }],
    ["tags", { tags: [] }],
    ["keystores", { keystores: [{ id: "ks-1", type: "aws_kms" }] }],
  ])("changes when the %s changes", (_what, over) => {
    expect(digestText(someFacts(over), "destroy")).not.toBe(digestText(someFacts(), "destroy"));
  });

  it("differs by step, so that a record for an outage never counts for a deletion", () => {
    const { deactivate, destroy } = digestsOf(someFacts());
    expect(deactivate).not.toBe(destroy);
    expect(deactivate).toMatch(/^[0-9a-f]{32}$/);
  });
});
