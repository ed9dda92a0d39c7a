import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReviewLine, reviewOf } from "../../provider/lifecycle/review.ts";
import { encodeReview, maxReviewedKeys, parseReview } from "../../provider/lifecycle/review-file.ts";
import { alice, aReviewHeader, bob, nowMs, sha256 } from "../support/builders.ts";

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const keyId = (n: number): string => `9b2d0000-0000-4000-8000-${String(n).padStart(12, "0")}`;

function aLine(n: number, over: Partial<ReviewLine> = {}): ReviewLine {
  return {
    vaultId,
    keyId: keyId(n),
    label: `key ${n}`,
    record: sha256(`record ${n}`),
    author: alice.iamId ?? "",
    how: "asked",
    facts: sha256(`facts ${n}`).slice(0, 32),
    resources: ["crn:1", "crn:1", "crn:2"],
    keystores: [
      { id: "ks-1", type: "ibm_cloud_kms" },
      { id: "ks-2", type: "aws_kms", pendingPeriod: "PT168H" },
    ],
    ...over,
  };
}

const campaign = { name: "hpcs-exit", wave: "pilot", digest: sha256("wave"), class: "destroy", holds: 0, released: [] };
const review = reviewOf(aReviewHeader(), [aLine(2), aLine(1, { reason: 'end of "contract"\n' })]);
const text = encodeReview(review);
const [head = "", first = "", second = ""] = text.split("\n");

const problemOf = (given: string): unknown => {
  const parsed = parseReview(given);
  return parsed.kind === "invalid" ? parsed.problem : parsed.kind;
};
const fileOf = (...lines: string[]): string => `${lines.join("\n")}\n`;
const edited = (line: string, over: object): string => JSON.stringify({ ...JSON.parse(line), ...over });

describe("the text of a review", () => {
  it("is a header and one sorted line a key, as auditors read it", () => {
    expect(text).toBe(
      fileOf(
        '{"format":"uko-review-1","instanceId":"11111111-1111-4111-8111-111111111111","step":"deactivate",' +
          '"neverActive":false,"goal":"deactivated","requester":"IBMid-550000AL1C","reviewer":"IBMid-550000B0BB",' +
          '"reviewedAt":"2026-11-24T13:22:00.000Z","keys":2}',
        `{"vaultId":"${vaultId}","keyId":"${keyId(1)}","label":"key 1","record":"${sha256("record 1")}",` +
          `"author":"IBMid-550000AL1C","how":"asked","reason":"end of \\"contract\\"\\n",` +
          `"facts":"${sha256("facts 1").slice(0, 32)}","resources":["crn:1","crn:1","crn:2"],` +
          '"keystores":[{"id":"ks-1","type":"ibm_cloud_kms"},{"id":"ks-2","type":"aws_kms","pendingPeriod":"PT168H"}]}',
        second,
      ),
    );
  });

  it.each([
    ["two keys", review],
    ["no key", reviewOf(aReviewHeader(), [])],
    ["a wave of a campaign", reviewOf(aReviewHeader({ campaign }), [aLine(1)])],
    ["keys that were never active", reviewOf(aReviewHeader({ step: "destroy", neverActive: true }), [aLine(1)])],
  ])("is read back as it was written: %s", (_title, one) => {
    expect(parseReview(encodeReview(one))).toEqual({ kind: "review", review: one });
  });

  it("has one form, whatever people wrote into a key", () => {
    const texts = fc.string({ unit: "binary", minLength: 1 });
    fc.assert(
      fc.property(texts, texts, fc.array(texts), (label, reason, ids) => {
        const resources = ids.toSorted();
        const one = reviewOf(aReviewHeader(), [aLine(1, { label, reason, resources })]);
        expect(parseReview(encodeReview(one))).toEqual({ kind: "review", review: one });
        expect(encodeReview(one).split("\n")).toHaveLength(3);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a text that is not a review", () => {
  it.each<[string, string, object]>([
    ["an empty file", "", { kind: "empty" }],
    ["a file without its last line feed", text.slice(0, -1), { kind: "unfinished" }],
    ["a file that lost its last line", fileOf(head, first), { kind: "count", stated: 2, found: 1 }],
    [
      "a file with a line too many",
      fileOf(edited(head, { keys: 1 }), first, second),
      { kind: "count", stated: 1, found: 2 },
    ],
    ["prose", "hello\n", { kind: "not_json", line: 1 }],
    ["a list", "[]\n", { kind: "not_json", line: 1 }],
    ["null", "null\n", { kind: "not_json", line: 1 }],
    ["a line of prose", fileOf(head, first, "hello"), { kind: "not_json", line: 3 }],
    ["an empty line", fileOf(head, "", first), { kind: "not_json", line: 2 }],
    [
      "a later format",
      fileOf(edited(head, { format: "uko-review-2" })),
      { kind: "unknown_format", format: "uko-review-2" },
    ],
    ["a header without a format", "{}\n", { kind: "field", line: 1, field: "format" }],
    ["lines in another order", fileOf(head, second, first), { kind: "out_of_order", line: 3 }],
    ["a key that is listed twice", fileOf(head, first, first), { kind: "out_of_order", line: 3 }],
    ["a review of one's own requests", fileOf(edited(head, { reviewer: alice.iamId })), { kind: "own_request" }],
    ["a line by another author", fileOf(head, edited(first, { author: "IBMid-1" })), { kind: "other_author", line: 2 }],
    [
      "fields in another order",
      fileOf(JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(head)).reverse()))),
      { kind: "not_canonical", line: 1 },
    ],
    ["a space", fileOf(head, first.replace(":", ": ")), { kind: "not_canonical", line: 2 }],
    ["a field twice", fileOf(head, first.replace('"how"', '"label":"x","how"')), { kind: "not_canonical", line: 2 }],
    ["a carriage return", text.replaceAll("\n", "\r\n"), { kind: "not_canonical", line: 1 }],
    ["unsorted resources", fileOf(head, edited(first, { resources: ["b", "a"] })), { kind: "not_canonical", line: 2 }],
    [
      "a keystore twice",
      fileOf(
        head,
        edited(first, {
          keystores: [
            { id: "a", type: "" },
            { id: "a", type: "" },
          ],
        }),
      ),
      { kind: "not_canonical", line: 2 },
    ],
    [
      "a field of every object",
      fileOf(head, first.replace('"how"', '"__proto__":1,"how"')),
      { kind: "unknown_field", line: 2, field: "__proto__" },
    ],
  ])("%s", (_title, given, problem) => {
    expect(problemOf(given)).toEqual(problem);
  });

  it("is a list of more keys than a run may name", () => {
    const given = `${head}\n${"\n".repeat(maxReviewedKeys + 1)}`;
    expect(problemOf(given)).toEqual({ kind: "too_many_keys", keys: maxReviewedKeys + 1 });
  });

  const wrongHeader: readonly [string, unknown][] = [
    ["format", undefined],
    ["format", 1],
    ["instanceId", "here"],
    ["step", "remove"],
    ["step", "loosen_to_single"],
    ["neverActive", "no"],
    ["neverActive", true],
    ["goal", "destruction_scheduled"],
    ["goal", undefined],
    ["requester", "iam-ServiceId-1"],
    ["requester", 7],
    ["reviewer", ""],
    ["reviewer", "crn-1"],
    ["reviewedAt", "2026-11-24"],
    ["reviewedAt", "2026-13-24T13:22:00.000Z"],
    ["reviewedAt", nowMs],
    ["keys", 1.5],
    ["keys", "2"],
    ["campaign", "hpcs-exit"],
    ["campaign", null],
    ["campaign", { ...campaign, digest: "short" }],
    ["campaign", { ...campaign, extra: 1 }],
    ["campaign", { ...campaign, class: "" }],
  ];
  it.each(wrongHeader)("has the header field %s as %j", (field, value) => {
    expect(problemOf(fileOf(edited(head, { [field]: value }), first, second))).toEqual({
      kind: "field",
      line: 1,
      field,
    });
  });

  const wrongLine: readonly [string, unknown][] = [
    ["vaultId", "vault"],
    ["keyId", undefined],
    ["label", 1],
    ["record", sha256("x").slice(0, 32)],
    ["record", sha256("x").toUpperCase()],
    ["author", bob],
    ["how", "met"],
    ["how", "answer"],
    ["reason", ""],
    ["facts", ""],
    ["resources", "crn"],
    ["resources", [1]],
    ["keystores", [{ id: "a" }]],
    ["keystores", [null]],
    ["keystores", ["a"]],
    ["keystores", [{ id: "a", type: "b", pendingPeriod: "" }]],
    ["keystores", [{ id: "a", type: "b", status: "active" }]],
  ];
  it.each(wrongLine)("has the field %s as %j", (field, value) => {
    expect(problemOf(fileOf(head, first, edited(second, { [field]: value })))).toEqual({
      kind: "field",
      line: 3,
      field,
    });
  });

  it("has a field that no line has", () => {
    expect(problemOf(fileOf(head, edited(first, { force: true }), second))).toEqual({
      ...{ kind: "unknown_field", line: 2, field: "force" },
    });
  });

  it("is any text but the one that was written, as far as it is read as the same review", () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(" ", "\n", '"', "0", "a", "", "\u0000"), (at, put) => {
        const other = `${text.slice(0, at)}${put}${text.slice(at + 1)}`;
        const parsed = parseReview(other);
        if (parsed.kind === "review") expect(encodeReview(parsed.review)).toBe(other);
      }),
      { numRuns: 500 },
    );
  });
});
