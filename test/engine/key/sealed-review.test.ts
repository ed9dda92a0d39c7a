/** A review in a file: only a run with the API key of its reviewer can use it, and only as it was written. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeReview, openSealedReview, sealReview } from "../../../provider/engine/key/many/review-file.ts";
import { kmsReviewOf } from "../../../provider/lifecycle/kms-review.ts";
import { noSeal, type OwnSeal } from "../../../provider/lifecycle/record-text.ts";
import { createOwnSeal } from "../../../provider/services/own-seal.ts";
import { aKeyWith, aRecord, aReviewHeader, aReviewOf, digestsOf, sha256, someFacts } from "../../support/builders.ts";

const keyId = (n: number): string => `9b2d0000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const keys = [1, 2].map((n) => {
  const facts = someFacts({ keyId: keyId(n) });
  return aKeyWith(aRecord({ digest: digestsOf(facts).deactivate }, keyId(n)), { facts });
});
const review = aReviewOf(keys);
const text = encodeReview(review);
const [head = "", first = ""] = text.split("\n");
const fileOf = (...lines: string[]): string => `${lines.join("\n")}\n`;
const campaign = { name: "hpcs-exit", wave: "pilot", digest: sha256("wave"), class: "destroy" };
const window = `${keyId(1)}@2026-12-01T00:00:00.000Z`;
const ofCampaigns = {
  "a wave of a campaign": aReviewOf(keys, { campaign }),
  "KMS keys": kmsReviewOf({ ...aReviewHeader({ step: "destroy" }), campaign }, [
    { kind: "kms", kmsKeyId: keyId(1), name: "root", window },
  ]),
} as const;

describe("a sealed review", () => {
  const sealBy = (apiKey: string): OwnSeal => createOwnSeal({ kind: "api_key", read: () => apiKey }, "ibm");
  const bobs = sealBy("bob-key");
  const open = (content: string, ownSeal = bobs) =>
    openSealedReview({ text: content, digest: sha256(content) }, "r.jsonl", ownSeal);
  const sealed = sealReview(text, bobs);
  const isForeign = expect.objectContaining({
    code: "UKO_REVIEW_INVALID",
    message: expect.stringContaining("was not written with your API key, or was changed since"),
  });

  it("is opened by a run with the same API key, and its digest covers the seal", () => {
    expect(sealed).toMatch(/^(?:.*\n){3}\{"seal":"[0-9a-f]{64}"\}\n$/);
    expect(open(sealed)).toEqual({ ...review, digest: sha256(sealed) });
  });

  it("of another person's API key is refused", () => {
    expect(() => open(sealReview(text, sealBy("alice-key")))).toThrow(isForeign);
    expect(() => open(sealed, sealBy("alice-key"))).toThrow(isForeign);
  });

  it("requires an API key, to write it and to use it", () => {
    expect(() => sealReview(text, noSeal)).toThrow(expect.objectContaining({ code: "UKO_INPUT_INVALID" }));
    expect(() => open(sealed, noSeal)).toThrow(isForeign);
  });

  it.each([
    ["without its seal", text],
    ["empty", ""],
    ["with a line after the seal", `${sealed}${first}\n`],
    ["with a second seal", `${sealed}${sealed.split("\n").at(-2) ?? ""}\n`],
    ["with another field next to the seal", sealed.replace('"seal":', '"by":"bob","seal":')],
    ["with one key less", fileOf(head, first, sealed.split("\n").at(-2) ?? "")],
    ["with another key", sealed.replace(keyId(2), keyId(3))],
    ["for the other step", sealed.replace('"step":"deactivate"', '"step":"destroy"')],
    ["dated later", sealed.replace("13:22", "14:22")],
  ])("that was changed is refused: %s", (_what, content) => {
    expect(content).not.toBe(sealed);
    expect(() => open(content)).toThrow(isForeign);
  });

  it("with any other byte is refused", () => {
    const bytes = fc.tuple(fc.nat({ max: sealed.length - 1 }), fc.integer({ min: 32, max: 126 }));
    fc.assert(
      fc.property(bytes, ([at, byte]) => {
        const content = sealed.slice(0, at) + String.fromCharCode(byte) + sealed.slice(at + 1);
        fc.pre(content !== sealed);
        expect(() => open(content)).toThrow(expect.objectContaining({ code: "UKO_REVIEW_INVALID" }));
      }),
    );
  });

  it.each(Object.entries(ofCampaigns))("of %s is refused outside its campaign", (_what, wave) => {
    const content = sealReview(encodeReview(wave), bobs);
    expect(() => open(content)).toThrow(/belongs to a campaign, so only the campaign can use it/);
  });
});
