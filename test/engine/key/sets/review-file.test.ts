import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeReview, parseReview } from "../../../../provider/engine/key/sets/review-file.ts";
import { maxReviewedKeys, type ReviewLine, reviewOf } from "../../../../provider/lifecycle/consent/review.ts";
import { type AnyReview, type KmsReviewLine, kmsReviewOf } from "../../../../provider/lifecycle/kms-key/kms-review.ts";
import { alice, aReviewHeader, bob, carol, nowMs, sha256 } from "../../../support/builders.ts";

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const keyId = (n: number): string => `9b2d0000-0000-4000-8000-${String(n).padStart(12, "0")}`;

function aLine(n: number, over: Partial<ReviewLine> = {}): ReviewLine {
  return {
    kind: "managed",
    vaultId,
    keyId: keyId(n),
    label: `key ${n}`,
    record: sha256(`record ${n}`),
    requester: alice.iamId ?? "",
    facts: sha256(`facts ${n}`).slice(0, 32),
    resources: ["crn:1", "crn:1", "crn:2"],
    keystores: [
      { id: "ks-1", type: "ibm_cloud_kms" },
      { id: "ks-2", type: "aws_kms", pendingPeriod: "PT168H" },
    ],
    ...over,
  };
}

const aKmsLine = (n: number): KmsReviewLine => ({
  ...{ kind: "kms", kmsKeyId: keyId(n), name: `root ${n}` },
  window: `${keyId(n)}@2026-12-01T00:00:00.000Z`,
});
const campaign = { name: "hpcs-exit", wave: "pilot", digest: sha256("wave"), class: "destroy" };
const review = reviewOf(aReviewHeader(), [aLine(2), aLine(1, { reason: 'end of "contract"\n' })]);
const destroying = aReviewHeader({ step: "destroy" });
const reviews: Readonly<Record<string, AnyReview>> = {
  "two managed keys": review,
  "a wave of a campaign": reviewOf(aReviewHeader({ campaign }), [aLine(1)]),
  "keys that were never active": reviewOf(destroying, [aLine(1, { kind: "never-active" })]),
  "KMS keys": kmsReviewOf({ ...destroying, campaign }, [aKmsLine(2), aKmsLine(1)]),
};
const text = encodeReview(review);
const [head = "", first = "", second = ""] = text.split("\n");
const [kmsHead = "", kmsLine = ""] = encodeReview(reviews["KMS keys"] ?? review).split("\n");

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
        '{"format":"uko-review-2","instanceId":"11111111-1111-4111-8111-111111111111","step":"deactivate",' +
          '"reviewer":"IBMid-550000B0BB","reviewedAt":"2026-11-24T13:22:00.000Z","keys":2}',
        `{"kind":"managed","vaultId":"${vaultId}","keyId":"${keyId(1)}","label":"key 1","record":"${sha256("record 1")}",` +
          `"requester":"IBMid-550000AL1C","reason":"end of \\"contract\\"\\n",` +
          `"facts":"${sha256("facts 1").slice(0, 32)}","resources":["crn:1","crn:1","crn:2"],` +
          '"keystores":[{"id":"ks-1","type":"ibm_cloud_kms"},{"id":"ks-2","type":"aws_kms","pendingPeriod":"PT168H"}]}',
        second,
      ),
    );
    expect(kmsLine).toBe(
      `{"kind":"kms","kmsKeyId":"${keyId(1)}","name":"root 1","window":"${keyId(1)}@2026-12-01T00:00:00.000Z"}`,
    );
  });

  it.each(Object.entries(reviews))("is read back as it was written: %s", (_title, one) => {
    expect(parseReview(encodeReview(one))).toEqual({ kind: "review", review: one });
  });
});

/** Reviews of every kind, with any text where people or the service write one. */
const texts = fc.string({ unit: "binary", minLength: 1 });
const hash = texts.map(sha256);
const keystores = fc.uniqueArray(
  fc.record({ id: texts, type: texts, pendingPeriod: texts }, { requiredKeys: ["id", "type"] }),
  { selector: ({ id }) => id, maxLength: 3 },
);
const keyLine = fc.record(
  {
    keyId: fc.nat(99).map(keyId),
    label: texts,
    record: hash,
    reason: texts,
    facts: hash.map((digest) => digest.slice(0, 32)),
    resources: fc.array(texts, { maxLength: 3 }).map((ids) => ids.toSorted()),
    keystores: keystores.map((all) => all.toSorted((a, b) => (a.id < b.id ? -1 : 1))),
  },
  { requiredKeys: ["keyId", "label", "record", "facts", "resources", "keystores"] },
);
const anyCampaign = fc.record({ name: texts, wave: texts, digest: hash, class: texts });
const reviewedAtMs = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-12-31") }).map(Number);
const someOf = <Line>(line: fc.Arbitrary<Line>) => fc.array(line, { minLength: 1, maxLength: 4 });
const keyReviews = fc
  .record({
    ...{ reviewedAtMs, lines: someOf(keyLine), requester: fc.constantFrom(alice, carol) },
    campaign: fc.option(anyCampaign, { nil: undefined }),
    set: fc.constantFrom<{ step: "deactivate" | "destroy"; kind: ReviewLine["kind"] }>(
      { step: "deactivate", kind: "managed" },
      { step: "destroy", kind: "managed" },
      { step: "destroy", kind: "never-active" },
    ),
  })
  .map(({ set: { step, kind }, campaign: wave, requester, lines, reviewedAtMs: atMs }) => {
    const header = aReviewHeader({ step, reviewedAtMs: atMs, ...(wave && { campaign: wave }) });
    const shared = { kind, vaultId, requester: requester.iamId ?? "" };
    return reviewOf(
      header,
      lines.map((line) => ({ ...shared, ...line })),
    );
  });
const kmsReviews = fc
  .record({
    ...{ reviewedAtMs, campaign: anyCampaign },
    lines: someOf(fc.record({ kmsKeyId: fc.nat(99).map(keyId), name: texts, window: texts })),
  })
  .map(({ lines, ...over }) =>
    kmsReviewOf(
      aReviewHeader({ step: "destroy", ...over }),
      lines.map((line) => ({ kind: "kms" as const, ...line })),
    ),
  );
const anyReview: fc.Arbitrary<AnyReview> = fc.oneof(keyReviews, kmsReviews);

describe("whatever a review says", () => {
  it("its text is read back as the same review, and written again as the same text", () => {
    fc.assert(
      fc.property(anyReview, (one) => {
        const written = encodeReview(one);
        const parsed = parseReview(written);
        expect(parsed).toEqual({ kind: "review", review: one });
        if (parsed.kind === "review") expect(encodeReview(parsed.review)).toBe(written);
        expect(written.split("\n")).toHaveLength(one.lines.size + 2);
      }),
      { numRuns: 300 },
    );
  });

  it("a single changed byte is refused by the digest, and makes no second text of the same review", () => {
    fc.assert(
      fc.property(anyReview, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, at, by) => {
        const written = encodeReview(one);
        const bytes = Buffer.from(written);
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ by;
        const changed = bytes.toString("utf8");
        const parsed = parseReview(changed);
        if (parsed.kind === "invalid") return;
        expect(parsed.review).not.toEqual(one);
        expect(encodeReview(parsed.review)).toBe(changed);
      }),
      { numRuns: 1000 },
    );
  });

  it("a text with a line, field or entry more, less or elsewhere is not read as the same review", () => {
    const change = fc.constantFrom<(lines: string[], at: number) => string[]>(
      (lines, at) => lines.toSpliced(at, 1),
      (lines, at) => lines.toSpliced(at, 0, lines[at] ?? ""),
      (lines, at) => [...lines.slice(at), ...lines.slice(0, at)],
      (lines, at) => lines.with(at, (lines[at] ?? "").replace(/("\w+":"[^"]*"),(.*)}$/, "{$2,$1}").replace("{{", "{")),
      (lines, at) => lines.with(at, (lines[at] ?? "").replace(",", ", ")),
    );
    fc.assert(
      fc.property(anyReview, change, fc.nat(), (one, edit, where) => {
        const written = encodeReview(one);
        const lines = written.trimEnd().split("\n");
        const changed = fileOf(...edit(lines, where % lines.length));
        if (changed !== written) expect(parseReview(changed).kind).toBe("invalid");
      }),
      { numRuns: 300 },
    );
  });
});

const notAsWritten = (line: number): string =>
  `Line ${line} is not as uko writes it: the order of fields or entries, the spaces or the notation differ.`;

describe("a text that is not a review", () => {
  it.each<[string, string, string]>([
    ["an empty file", "", "The file is empty."],
    [
      "a file without its last line feed",
      text.slice(0, -1),
      "The last line has no line feed, so a part of the file may be missing.",
    ],
    ["a file that lost its last line", fileOf(head, first), "The first line states 2 keys, and the review lists 1."],
    [
      "a file with a line too many",
      fileOf(edited(head, { keys: 1 }), first, second),
      "The first line states 1 key, and the review lists 2.",
    ],
    ["prose", "hello\n", "Line 1 is not a JSON object."],
    ["a list", "[]\n", "Line 1 is not a JSON object."],
    ["null", "null\n", "Line 1 is not a JSON object."],
    ["a line of prose", fileOf(head, first, "hello"), "Line 3 is not a JSON object."],
    ["an empty line", fileOf(head, "", first), "Line 2 is not a JSON object."],
    [
      "another format",
      fileOf(edited(head, { format: "uko-review-3\u001b[31m", later: 1 })),
      'Its format is "uko-review-3\\u{1b}[31m", which this release does not know. A newer release may know the format.',
    ],
    ["a header without a format", "{}\n", 'Line 1: the field "format" is missing or not valid.'],
    ["lines in another order", fileOf(head, second, first), "Line 3 is out of order, or lists a key twice."],
    ["a key that is listed twice", fileOf(head, first, first), "Line 3 is out of order, or lists a key twice."],
    [
      "a review of one's own requests",
      fileOf(edited(head, { reviewer: alice.iamId }), first, second),
      "Line 2 is about a request by the reviewer.",
    ],
    [
      "requests of two people",
      fileOf(head, first, edited(second, { requester: "IBMid-1" })),
      "Line 3 is about a request by a person other than the requester of line 2.",
    ],
    [
      "keys of two kinds",
      fileOf(edited(head, { step: "destroy" }), first, edited(second, { kind: "never-active" })),
      'Line 3 is of the kind "never-active", and line 2 is not.',
    ],
    [
      "a KMS key among managed keys",
      fileOf(edited(kmsHead, { keys: 2 }), first, kmsLine),
      'Line 3 is of the kind "kms", and line 2 is not.',
    ],
    [
      "the deactivation of keys that were never active",
      fileOf(edited(head, { keys: 1 }), edited(first, { kind: "never-active" })),
      'Line 2 is of the kind "never-active", and the step of such a key is always destroy.',
    ],
    [
      "the deactivation of a KMS key",
      fileOf(edited(kmsHead, { step: "deactivate", keys: 1 }), kmsLine),
      'Line 2 is of the kind "kms", and the step of such a key is always destroy.',
    ],
    [
      "KMS keys outside a campaign",
      fileOf(edited(kmsHead, { campaign: undefined, keys: 1 }), kmsLine),
      "Line 2 is about a KMS key, and the first line names no campaign.",
    ],
    [
      "fields in another order",
      fileOf(JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(head)).reverse()))),
      notAsWritten(1),
    ],
    ["a space", fileOf(head, first.replace(":", ": ")), notAsWritten(2)],
    ["a field twice", fileOf(head, first.replace('"record"', '"label":"x","record"')), notAsWritten(2)],
    ["a carriage return", text.replaceAll("\n", "\r\n"), notAsWritten(1)],
    ["unsorted resources", fileOf(head, edited(first, { resources: ["b", "a"] })), notAsWritten(2)],
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
      notAsWritten(2),
    ],
    [
      "a field of every object",
      fileOf(head, first.replace('"record"', '"__proto__":1,"record"')),
      'Line 2 has the unknown field "__proto__".',
    ],
    ["a field that no line has", fileOf(head, edited(first, { force: true })), 'Line 2 has the unknown field "force".'],
    ["a field of another kind", fileOf(head, edited(first, { window: "" })), 'Line 2 has the unknown field "window".'],
  ])("%s", (_title, given, problem) => {
    expect(problemOf(given)).toBe(problem);
  });

  it("is a list of more keys than a run may name", () => {
    const given = `${head}\n${"\n".repeat(maxReviewedKeys + 1)}`;
    expect(problemOf(given)).toBe("The review lists 10001 keys. The limit is 10,000.");
  });

  const wrongHeader: readonly [string, unknown][] = [
    ["format", undefined],
    ["format", 1],
    ["instanceId", "here"],
    ["step", "remove"],
    ["reviewer", ""],
    ["reviewer", "crn-1"],
    ["reviewer", "iam-ServiceId-1"],
    ["reviewer", 7],
    ["reviewedAt", "2026-11-24"],
    ["reviewedAt", "2026-13-24T13:22:00.000Z"],
    ["reviewedAt", "2026-02-30T13:22:00.000Z"],
    ["reviewedAt", nowMs],
    ["keys", 0],
    ["keys", 1.5],
    ["keys", "2"],
    ["campaign", "hpcs-exit"],
    ["campaign", null],
  ];
  it.each(wrongHeader)("has the header field %s as %j", (field, value) => {
    expect(problemOf(fileOf(edited(head, { [field]: value }), first, second))).toBe(
      `Line 1: the field "${field}" is missing or not valid.`,
    );
  });

  it.each<[string, unknown]>([
    ["digest", "short"],
    ["class", ""],
  ])("has the campaign's field %s as %j", (field, value) => {
    const wave = { ...campaign, [field]: value };
    expect(problemOf(fileOf(edited(kmsHead, { campaign: wave }), kmsLine))).toContain(`"campaign.${field}`);
  });

  const wrongLine: readonly [string, unknown][] = [
    ["kind", undefined],
    ["kind", "other"],
    ["vaultId", "vault"],
    ["keyId", undefined],
    ["label", 1],
    ["record", sha256("x").slice(0, 32)],
    ["record", sha256("x").toUpperCase()],
    ["requester", bob],
    ["requester", "iam-ServiceId-1"],
    ["reason", ""],
    ["facts", ""],
    ["resources", "crn"],
    ["resources.0", [1]],
    ["keystores.0.type", [{ id: "a" }]],
    ["keystores.0", [null]],
    ["keystores.0", ["a"]],
    ["keystores.0.pendingPeriod", [{ id: "a", type: "b", pendingPeriod: "" }]],
  ];
  it.each(wrongLine)("has the field %s as %j", (field, value) => {
    const [name = ""] = field.split(".");
    expect(problemOf(fileOf(head, first, edited(second, { [name]: value })))).toBe(
      `Line 3: the field "${field}" is missing or not valid.`,
    );
  });

  it.each<[string, unknown]>([
    ["kmsKeyId", "key"],
    ["name", undefined],
    ["window", 1],
  ])("has the field %s of a KMS key as %j", (field, value) => {
    expect(problemOf(fileOf(edited(kmsHead, { keys: 1 }), edited(kmsLine, { [field]: value })))).toBe(
      `Line 2: the field "${field}" is missing or not valid.`,
    );
  });
});
