import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConsentDraft } from "../../../provider/lifecycle/consent/consent-record.ts";
import {
  bodyJson,
  decodeCompact,
  decodeTagValue,
  encodeCompact,
  encodeTagValue,
  fitToTag,
  markOf,
  namesOf,
  noSeal,
  type OwnSeal,
  recordId,
  requestStatement,
} from "../../../provider/lifecycle/consent/record-text.ts";
import type { QuotedRequest } from "../../../provider/lifecycle/vocabulary/observation.ts";
import { aDraft, alice, aRecord, bob, carol, identityOf, nowMs, sha256, someFacts } from "../../support/builders.ts";

const keyId = someFacts().keyId;
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
const anyText = (maxLength: number) => fc.string({ unit: "binary", maxLength });
const time = fc.integer({ min: 1, max: 0xffffffff }).map((seconds) => seconds * 1000);
const iamId = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).filter((id) => !/^[0-9a-f]{16}$/.test(id));
const requests: fc.Arbitrary<ConsentDraft> = fc.record(
  {
    step: fc.constantFrom("deactivate" as const, "destroy" as const),
    writtenAtMs: time,
    digest: hex(32),
    author: iamId.map(identityOf),
    how: fc.constantFrom("command" as const, "engine" as const),
    authorName: anyText(100).filter((name) => name !== ""),
    seal: hex(64),
    deactivatedAtMs: time,
    kmsSetter: fc.oneof(
      iamId.map(identityOf),
      hex(16).map((mark) => ({ mark })),
    ),
    reason: anyText(500).filter((reason) => reason !== ""),
    earlierReasons: fc.array(
      fc.record(
        {
          author: iamId.map(identityOf),
          authorName: anyText(40).filter((name) => name !== ""),
          reason: anyText(50).filter((reason) => reason !== ""),
        },
        { requiredKeys: ["author", "reason"] },
      ),
      { minLength: 1, maxLength: 2 },
    ),
  },
  { requiredKeys: ["step", "writtenAtMs", "digest", "author", "how"] },
);

const quotes: fc.Arbitrary<QuotedRequest> = fc.record(
  {
    sha256: hex(64),
    body: hex(64),
    author: iamId.map(identityOf),
    authorName: anyText(100).filter((name) => name !== ""),
    writtenAtMs: time,
    seal: hex(64),
  },
  { requiredKeys: ["sha256", "body", "author", "writtenAtMs"] },
);
/** An approval gives no reason of its own. */
const approvals: fc.Arbitrary<ConsentDraft> = fc
  .tuple(requests, quotes)
  .map(([{ reason: _reason, seal: _seal, ...draft }, quoted]) => ({ ...draft, how: "approval", quotes: quoted }));
const drafts = fc.oneof(requests, approvals);

describe("the tag form", () => {
  it("returns every value that was written: any script, odd names, the longest reason", () => {
    fc.assert(
      fc.property(drafts, (draft) => {
        const value = encodeTagValue(draft);
        expect(value).toMatch(/^[0-9a-f]+$/);
        expect(value.length).toBeLessThanOrEqual(8192);
        expect(decodeTagValue(keyId, value, sha256)).toEqual({
          ...draft,
          ...namesOf(keyId, value, sha256),
          location: "tag",
          body: sha256(bodyJson(draft)),
        });
      }),
    );
  });

  it("cuts a reason at 500 and a name at 100 characters, never inside one", () => {
    const value = encodeTagValue(aDraft({ reason: "🔑".repeat(501), authorName: "Ł".repeat(101) }));
    const record = decodeTagValue(keyId, value, sha256);
    expect(record?.reason).toBe("🔑".repeat(500));
    expect(record?.authorName).toBe("Ł".repeat(100));
  });

  it("keeps seconds, as the service's own times do", () => {
    expect(decodeTagValue(keyId, encodeTagValue(aDraft({ writtenAtMs: nowMs + 999 })), sha256)?.writtenAtMs).toBe(
      nowMs,
    );
  });

  it("accepts the longest records that people can cause", () => {
    const [reason, authorName, seal] = ["\u0001".repeat(500), "\u0001".repeat(100), "f".repeat(64)];
    const request = aDraft({ reason, authorName, seal, deactivatedAtMs: nowMs, kmsSetter: bob });
    const hashes = { sha256: "f".repeat(64), body: "e".repeat(64) };
    const quoted = { ...hashes, author: alice, authorName, writtenAtMs: nowMs, seal };
    const approval = {
      ...aDraft({ authorName, how: "approval", quotes: quoted }),
      deactivatedAtMs: nowMs,
      kmsSetter: bob,
    };
    const repeating = { ...approval, earlierReasons: [{ author: alice, authorName, reason }] };
    for (const draft of [request, approval, repeating]) {
      const value = encodeTagValue(fitToTag(draft) ?? draft);
      expect(value.length).toBeLessThanOrEqual(8192);
      expect(decodeTagValue(keyId, value, sha256)).toBeDefined();
    }
  });

  it("keeps the mark of a requester whose ID a description did not hold", () => {
    const quoted = { sha256: "f".repeat(64), body: "e".repeat(64), author: { mark: alice.mark }, writtenAtMs: nowMs };
    const value = encodeTagValue(aDraft({ author: bob, how: "approval", quotes: quoted }));
    expect(decodeTagValue(keyId, value, sha256)?.quotes).toEqual(quoted);
  });

  it("never throws on garbage and never accepts garbage as a record", () => {
    fc.assert(
      fc.property(anyText(300), (value) => {
        expect(decodeTagValue(keyId, value, sha256)).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(decodeTagValue(keyId, Buffer.from(json).toString("hex"), sha256)).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(decodeTagValue(keyId, Buffer.from(bytes).toString("hex"), sha256)).toBeUndefined();
      }),
    );
  });

  const body = { v: 1, s: "destroy", t: 1, d: "0".repeat(32), a: "IBMid-1", n: "", h: "command" };
  const hexOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("hex");

  it.each([
    ["a space", Buffer.from(JSON.stringify(body).replace(":", ": ")).toString("hex")],
    ["the fields in another order", hexOf(Object.fromEntries(Object.entries(body).toReversed()))],
    ["an unknown field", hexOf({ ...body, z: 1 })],
    ["a field twice", Buffer.from(JSON.stringify(body).replace("{", '{"n":"Bob",')).toString("hex")],
    [
      "an escape that JSON does not need",
      Buffer.from(JSON.stringify(body).replace("IBMid", "\\u0049BMid")).toString("hex"),
    ],
    ["a quote in a request", hexOf({ ...body, q: {} })],
    ["a reason that is longer than uko writes", hexOf({ ...body, w: "x".repeat(501) })],
    ["a reason that is not a text", hexOf({ ...body, w: {} })],
    ["a seal in another form", hexOf({ ...body, m: "zz" })],
    ["a setter in another form", hexOf({ ...body, k: "" })],
    ["a time of the deactivation in another form", hexOf({ ...body, x: -1 })],
    ["another version", hexOf({ ...body, v: 2 })],
    ["an unknown step", hexOf({ ...body, s: "remove" })],
    ["an unknown origin", hexOf({ ...body, h: "shouted" })],
    ["a time that is not a number", hexOf({ ...body, t: "1" })],
    ["a time with a fraction", hexOf({ ...body, t: 1.5 })],
    ["time zero", hexOf({ ...body, t: 0 })],
    ["a time after 2106", hexOf({ ...body, t: 0x1_0000_0000 })],
    ["a digest that is too short", hexOf({ ...body, d: "0".repeat(31) })],
    ["a digest in capitals", hexOf({ ...body, d: "A".repeat(32) })],
    ["a digest that is not a string", hexOf({ ...body, d: 1 })],
    ["no author", hexOf({ ...body, a: "" })],
    ["an author that is not a string", hexOf({ ...body, a: 7 })],
    ["an author that is too long", hexOf({ ...body, a: "x".repeat(201) })],
    ["null", hexOf(null)],
    ["a number", hexOf(7)],
    ["an odd number of digits", `${hexOf(body)}0`],
    ["capital digits", hexOf(body).toUpperCase()],
    ["bytes that are not UTF-8", "ff"],
    ["nothing", ""],
    ["more than a tag holds", hexOf({ ...body, w: "x".repeat(5000) })],
  ])("rejects %s", (_what, value) => {
    expect(decodeTagValue(keyId, hexOf(body), sha256)).toBeDefined();
    expect(decodeTagValue(keyId, value, sha256)).toBeUndefined();
  });

  it("hashes a text as it was written, without normalization", () => {
    const [one, other] = ["\u00e9", "e\u0301"].map((reason) =>
      decodeTagValue(keyId, encodeTagValue(aDraft({ reason })), sha256),
    );
    expect(one?.reason).toBe("\u00e9");
    expect(one?.body).not.toBe(other?.body);
  });

  const quote = { i: "1".repeat(64), b: "3".repeat(64), a: "IBMid-2", n: "Bob", t: 7, m: "2".repeat(64) };
  const approval = { ...body, h: "approval", q: quote };

  it.each([
    ["a text", "q"],
    ["null", null],
    ["one with half a hash", { ...quote, i: "1".repeat(32) }],
    ["one without the hash of its body", { ...quote, b: undefined }],
    ["one without an author", { ...quote, a: "" }],
    ["one without a time", { ...quote, t: "7" }],
    ["one with a seal in another form", { ...quote, m: "2" }],
  ])("rejects an approval whose quote is %s", (_what, q) => {
    expect(decodeTagValue(keyId, hexOf(approval), sha256)).toMatchObject({ quotes: { authorName: "Bob" } });
    expect(decodeTagValue(keyId, hexOf({ ...approval, q }), sha256)).toBeUndefined();
  });

  it("reads an approval without a quote as one that quotes nothing", () => {
    const record = decodeTagValue(keyId, hexOf({ ...approval, q: undefined }), sha256);
    expect(record).toMatchObject({ how: "approval" });
    expect(record?.quotes).toBeUndefined();
  });
});

describe("the own seal of a quoted request", () => {
  const sealOf =
    (key: string): OwnSeal =>
    (statement) =>
      sha256(`${key} ${statement}`);
  const request = aRecord({ author: alice });
  const statement = requestStatement(keyId, request);
  const quoted = (over: Partial<QuotedRequest> = {}, draft: Partial<ConsentDraft> = {}) => {
    const { sha256: requested, body, author, writtenAtMs } = request;
    const quotes = { sha256: requested, body, author, writtenAtMs, seal: sealOf("alice's key")(statement), ...over };
    return encodeTagValue(aDraft({ author: bob, how: "approval", quotes, ...draft }));
  };
  const isSealed = (value: string, seal: OwnSeal = sealOf("alice's key"), key = keyId) =>
    decodeTagValue(key, value, sha256, seal)?.quotes?.isSealedHere;

  it("is recognized by a run with the same key, and by no other run", () => {
    expect(isSealed(quoted())).toBe(true);
    expect(isSealed(quoted(), sealOf("another key"))).toBeUndefined();
    expect(isSealed(quoted(), noSeal)).toBeUndefined();
    expect(decodeTagValue(keyId, quoted(), sha256)?.quotes).not.toHaveProperty("isSealedHere");
  });

  it.each<[string, string]>([
    ["no seal", quoted({ seal: undefined })],
    ["the seal of another request of the same person", quoted({ seal: sealOf("alice's key")("another") })],
    ["another time", quoted({ writtenAtMs: request.writtenAtMs + 1000 })],
    ["another author", quoted({ author: carol })],
    ["another body: other words, or another setter of a window", quoted({ body: sha256("other words") })],
    ["another step", quoted({}, { step: "destroy" })],
    ["another digest", quoted({}, { digest: "0".repeat(32) })],
  ])("is not recognized with %s", (_what, value) => {
    expect(isSealed(value)).toBeUndefined();
  });

  it("is good for one key", () => {
    expect(isSealed(quoted(), undefined, "9b2d0000-0000-4000-8000-000000000003")).toBeUndefined();
  });

  it("covers the mark of an author whose ID is not known", () => {
    const marked = { ...request, author: { mark: alice.mark } };
    expect(requestStatement(keyId, marked)).not.toBe(statement);
    const seal = sealOf("alice's key")(requestStatement(keyId, marked));
    expect(isSealed(quoted({ author: { mark: alice.mark }, seal }))).toBe(true);
  });
});

describe("the compact form", () => {
  const gates = fc.constantFrom("both" as const, "destroy" as const);

  it("is exactly 90 characters with its newline and returns every value that it holds", () => {
    fc.assert(
      fc.property(requests, gates, (draft, gate) => {
        const text = encodeCompact(draft, gate);
        expect(`\n${text}`).toHaveLength(90);
        const { step, writtenAtMs, digest, how } = draft;
        const setter = draft.kmsSetter?.mark;
        expect(decodeCompact(keyId, text, sha256)).toEqual({
          ...namesOf(keyId, text, sha256),
          body: expect.stringMatching(/^[0-9a-f]{64}$/),
          location: "description",
          step,
          writtenAtMs,
          digest,
          how,
          author: { mark: draft.author.mark },
          ...(draft.deactivatedAtMs !== undefined && { deactivatedAtMs: draft.deactivatedAtMs }),
          ...(setter !== undefined && setter !== "0".repeat(16) && { kmsSetter: { mark: setter } }),
        });
      }),
    );
  });

  it("never throws on garbage, nor on a record with text before or after the record", () => {
    fc.assert(
      fc.property(anyText(120), (text) => {
        expect(decodeCompact(keyId, text, sha256)).toBeUndefined();
      }),
    );
    const text = encodeCompact(aDraft(), "both");
    for (const near of [
      `${text} `,
      `x${text}`,
      `\n${text}`,
      `${text}\n`,
      text.slice(1),
      text.replace("uko1", "uko2"),
    ]) {
      expect(decodeCompact(keyId, near, sha256)).toBeUndefined();
    }
  });
});

describe("recordId", () => {
  it("identifies a record of one key: the same text on another key is another record", () => {
    const value = encodeTagValue(aDraft());
    expect(recordId(keyId, value, sha256)).toMatch(/^[0-9a-f]{32}$/);
    expect(recordId("9b2d0000-0000-4000-8000-000000000003", value, sha256)).not.toBe(recordId(keyId, value, sha256));
  });

  it("keeps 64 bits of an identity in a mark", () => {
    expect(markOf("IBMid-1", sha256)).toBe(sha256("IBMid-1").slice(0, 16));
  });
});
