/** The facts and the lines about one key that people read before they decide, and their order. */

import { describe, expect, it } from "vitest";
import { showKey } from "../../../provider/engine/key/shown-key.ts";
import { sayShownKey } from "../../../provider/engine/key/text/shown-key-words.ts";
import type { PastLabel } from "../../../provider/engine/ports/shown-key.ts";
import type { KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  aKey,
  aKeyWith,
  alice,
  aRecord,
  dayMs,
  hourMs,
  nowMs,
  someFacts,
  someResources,
} from "../../support/builders.ts";
import { aSnapshot } from "../fakes.ts";

const request = aRecord({ reason: "Moved", ownWriteAtMs: nowMs - 2 * hourMs });
const usedBy = (ids: readonly string[]): Pick<KeyObservation, "use"> => ({
  use: { kind: "known", count: ids.length, retainedBy: [], resources: someResources(ids) },
});
const show = (observation: KeyObservation, past: readonly PastLabel[] = [], over = {}) =>
  showKey(
    { observation, snapshot: aSnapshot({ createdAtMs: nowMs - dayMs, createdBy: "IBMid-5", ...over }), nowMs },
    { pastLabels: past, warningWords: [] },
  );
const seenAt = (daysAgo: number): string => new Date(nowMs - daysAgo * dayMs).toISOString();

it("says the holds first, then what the requester cannot choose, then what the requester said", () => {
  const hold = { kind: "legal", text: "legal ticket L_7", ticket: "L_7" } as const;
  const facts = someFacts({ label: "orders-test", description: "A test" });
  const keyOfRequest = aKeyWith(
    { ...request, digest: aKey({ facts }).digests.deactivate },
    { facts, holds: [hold], ...usedBy(["a"]) },
  );
  const past = [{ label: "production", seenAt: seenAt(3), source: "evidence" }] as const;
  const patterns = { verificationPatterns: [{ method: "ENC-ZERO", value: "BF4DE0" }] };
  expect(sayShownKey(show(keyOfRequest, past, patterns), nowMs)).toEqual([
    "Held: legal, ticket L_7, without an end.",
    "Created on 23 Nov 2026 14:22 UTC, 1 d ago, by IBMid-5.",
    "Algorithm: aes 256. Template: payroll.",
    "Key check value: BF4DE0 (ENC-ZERO).",
    'Keystore "ring" (ibm_cloud_kms): active, in sync.',
    'Used by: "bucket a" (cloud-object-storage).',
    'Was called "production" until at least 21 Nov 2026 14:22 UTC, 3 d ago, says the evidence of this machine.',
    "Said by the requester, IBMid-550000AL1C:",
    "  Label: orders-test",
    "  Description: A test",
    "  Reason: Moved",
    "  Activation date: 2026-01-01",
    "  Last write before the request: by the requester, on 24 Nov 2026 12:22 UTC, 2 h ago",
  ]);
});

it("names five resources and counts the rest, and says why a list is missing", () => {
  const lineOf = (use: Partial<KeyObservation>) =>
    sayShownKey(show(aKey(use)), nowMs).find((line) => line.startsWith("Used"));
  expect(lineOf(usedBy(["1", "2", "3", "4", "5", "6", "7"]))).toMatch(
    /"bucket 5" \(cloud-object-storage\), and 2 more\.$/,
  );
  expect(lineOf(usedBy([]))).toBe("Used by: nothing that UKO knows.");
  expect(lineOf({ use: { kind: "unreadable", reason: "the role is missing" } })).toBe(
    "Used by: not known, because the role is missing.",
  );
  // A list of a vault does not ask what uses its keys.
  expect(lineOf({})).toBeUndefined();
});

it("knows each other label once, the newest first, and not the present one", () => {
  const past = [
    { label: "payroll", seenAt: seenAt(1), source: "evidence" },
    { label: "old", seenAt: seenAt(9), source: "manifest" },
    { label: "new", seenAt: seenAt(4), source: "evidence" },
    { label: "old", seenAt: seenAt(5), source: "evidence" },
  ] as const;
  expect(show(aKey(), past).pastLabels).toEqual([past[2], past[3]]);
});

describe("after a person has renamed the key again and again", () => {
  const labelOf = (label: string, daysAgo: number, source: PastLabel["source"] = "evidence"): PastLabel => {
    return { label, seenAt: seenAt(daysAgo), source };
  };
  const linesOf = (past: readonly PastLabel[]) =>
    sayShownKey(show(aKey(), past), nowMs).flatMap(
      (line) => /^Was called "([^"]+)"/.exec(line)?.[1] ?? (/^And .* label/.test(line) ? [line] : []),
    );

  it("the label of before is shown, and the others are counted", () => {
    const past = [labelOf("production", 90), labelOf("test-1", 4), labelOf("test-2", 3), labelOf("test-3", 2)];
    expect(linesOf(past)).toEqual([
      "test-3",
      "test-2",
      "production",
      "And 1 more former label, in the evidence of this machine.",
    ]);
    expect(linesOf([...past, labelOf("test-4", 1)]).at(-1)).toMatch(/^And 2 more former labels, /);
    expect(linesOf(past.slice(1))).toEqual(["test-3", "test-2", "test-1"]);
  });

  it.each([
    ["1970", 20_000, ["test-2", "production", "test-m"]],
    ["the future", -100, ["test-m", "test-2", "production"]],
  ])("no manifest from %s pushes it out", (_date, daysAgo, expected) => {
    const past = [labelOf("production", 90), labelOf("test-1", 3), labelOf("test-2", 2)];
    const known = [...past, labelOf("test-m", daysAgo, "manifest")];
    expect(linesOf(known)).toEqual([...expected, "And 1 more former label, in the evidence of this machine."]);
  });

  it("no manifest that lists it with a later time pushes it out", () => {
    const past = [labelOf("production", 90), labelOf("test-1", 4), labelOf("test-2", 3), labelOf("test-3", 2)];
    const known = [...past, labelOf("production", 3.5, "manifest")];
    expect(linesOf(known).slice(0, 3)).toEqual(["test-3", "test-2", "production"]);
  });
});

it("without a request does not name a requester", () => {
  const said = sayShownKey(show(aKey()), nowMs);
  expect(said).toContain("Said by people who may write to the key:");
  expect(said.join("\n")).not.toMatch(/requester|Reason/);
});

it("says that the keystores would hold the material after the end of the service", () => {
  const inAzure = someFacts({ keystores: [{ id: "ks-1", type: "azure_key_vault" }] });
  const late = { ...aKey({ facts: inAzure, updatedBy: alice }) };
  const at = (ms: number) => showKey({ observation: late, snapshot: aSnapshot(), nowMs: ms });
  expect(at(nowMs).outlivesServiceUntil).toBeUndefined();
  const shown = at(Date.parse("2027-01-10T00:00:00Z"));
  expect(shown.outlivesServiceUntil).toBe("2027-04-10T04:00:00Z");
  expect(sayShownKey(shown, nowMs).join("\n")).toContain(
    "until at least 10 Apr 2027 04:00 UTC, in 136 d 13 h. IBM ends its support on 20 Mar 2027",
  );
});
