import { describe, expect, it } from "vitest";
import { encodeReview } from "../../../../provider/engine/key/sets/review-file.ts";
import { type ReviewLine, reviewOf } from "../../../../provider/lifecycle/consent/review.ts";
import { type AnyReview, type KmsReviewLine, kmsReviewOf } from "../../../../provider/lifecycle/kms-key/kms-review.ts";
import { alice, aReviewHeader, sha256 } from "../../../support/builders.ts";

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
const [, , second = ""] = text.split("\n");
const [, kmsLine = ""] = encodeReview(reviews["KMS keys"] ?? review).split("\n");

const fileOf = (...lines: string[]): string => `${lines.join("\n")}\n`;

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

  it("is another text for each other review, in any order of its keys", () => {
    const texts = Object.values(reviews).map((one) => encodeReview(one));
    expect(new Set(texts).size).toBe(texts.length);
    expect(encodeReview(reviewOf(aReviewHeader(), [aLine(1, { reason: 'end of "contract"\n' }), aLine(2)]))).toBe(text);
    for (const over of [{ label: "x" }, { record: sha256("x") }, { requester: "IBMid-x" }, { resources: [] }]) {
      expect(encodeReview(reviewOf(aReviewHeader(), [aLine(1, over)]))).not.toBe(
        encodeReview(reviewOf(aReviewHeader(), [aLine(1)])),
      );
    }
  });
});
