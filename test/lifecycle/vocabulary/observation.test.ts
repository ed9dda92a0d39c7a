import { describe, expect, it } from "vitest";
import { isPerson, isSame } from "../../../provider/lifecycle/vocabulary/observation.ts";
import { alice, bob, cloudService, identityOf, pipeline, profile } from "../../support/builders.ts";

describe("isPerson", () => {
  it.each([
    ["an IBMid", alice, true],
    ["a federated user", identityOf("w3id-550001"), true],
    ["a service id", pipeline, false],
    ["a trusted profile", profile, false],
    ["a cloud service", cloudService, false],
    ["an empty id", { iamId: "", mark: "0" }, false],
    ["a bare mark, which does not identify a person", { mark: alice.mark }, false],
    ["nobody", undefined, false],
  ])("returns for %s: %j -> %s", (_who, identity, expected) => {
    expect(isPerson(identity)).toBe(expected);
  });
});

describe("isSame", () => {
  it("compares IDs if both are known, and marks otherwise", () => {
    expect(isSame(alice, { ...alice })).toBe(true);
    expect(isSame(alice, bob)).toBe(false);
    expect(isSame(alice, { mark: alice.mark })).toBe(true);
    expect(isSame({ mark: alice.mark }, alice)).toBe(true);
    expect(isSame({ mark: bob.mark }, alice)).toBe(false);
    expect(isSame({ iamId: "IBMid-1", mark: alice.mark }, alice)).toBe(false);
  });
});
