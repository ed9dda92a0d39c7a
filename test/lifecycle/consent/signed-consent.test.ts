import { describe, expect, it } from "vitest";
import { type ConsentDraft, standingOf } from "../../../provider/lifecycle/consent/consent-record.ts";
import { bodyJson, decodeTagValue, encodeTagValue, fitToTag } from "../../../provider/lifecycle/consent/record-text.ts";
import {
  approvalStatement,
  consentStatement,
  type SignedAct,
  type SignedSubject,
  signatureLifetimeMs,
  statementOfDraft,
  withVouchers,
} from "../../../provider/lifecycle/consent/signed-consent.ts";
import { authorize } from "../../../provider/lifecycle/key/authorization.ts";
import type { ConsentSignature, KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  aDraft,
  aKey,
  aKeyWith,
  alice,
  anActor,
  anApprovalOf,
  aPolicy,
  aRecord,
  aRun,
  bob,
  hourMs,
  nowMs,
  sha256,
} from "../../support/builders.ts";

const demand = { service: "ibm", by: "/etc/uko/allowed_signers" };
const subject: SignedSubject = { service: "s", instanceId: "i", vaultId: "v", keyId: "k", state: "deactivated" };
const act: SignedAct = { kind: "request", step: "destroy", digest: "d", author: bob, body: "b" };

describe("a statement", () => {
  it("differs for every part of what is signed", () => {
    const others = [
      ...Object.keys(subject).map((part) => consentStatement({ ...subject, [part]: "x" }, act)),
      consentStatement(subject, { ...act, kind: "approval" }),
      consentStatement(subject, { ...act, step: "deactivate" }),
      consentStatement(subject, { ...act, digest: "x" }),
      consentStatement(subject, { ...act, author: alice }),
      consentStatement(subject, { ...act, requestSha256: "x" }),
      consentStatement(subject, { ...act, body: "x" }),
    ];
    const all = [consentStatement(subject, act), ...others];
    expect(new Set(all).size).toBe(12);
  });

  it("names a person by the mark of a compact record, and no service where nothing demands a signature", () => {
    const key = aKey({ state: "deactivated" });
    const draft = {
      ...aRecord({ step: "destroy", digest: key.digests.destroy }),
      author: { mark: "0123456789abcdef" },
    };
    expect(JSON.parse(statementOfDraft(key, draft))).toEqual([
      "uko-consent-1",
      "request",
      "",
      key.facts.instanceId,
      key.facts.vaultId,
      key.facts.keyId,
      "deactivated",
      "destroy",
      key.digests.destroy,
      "0123456789abcdef",
      "",
      draft.body,
    ]);
  });

  it("keeps neighboring parts apart", () => {
    expect(consentStatement({ ...subject, vaultId: 'v","k' }, act)).not.toBe(
      consentStatement({ ...subject, vaultId: "v", keyId: 'k","k' }, act),
    );
  });
});

describe("a record where signatures are demanded", () => {
  const destroy = (over: object = {}) => aRecord({ step: "destroy", ...over });
  const signature = (signedAtMs: number): ConsentSignature => ({ signedAtMs, path: "", bytes: "AAAA" });
  const demanding = (record: ReturnType<typeof aRecord>): KeyObservation => ({
    ...aKeyWith(record, { state: "deactivated" }),
    signatures: demand,
  });
  const vouched = (record: ReturnType<typeof aRecord>, isGood = true): KeyObservation => {
    const key = demanding(record);
    return { ...key, carried: withVouchers(key, () => isGood, nowMs) };
  };
  const whyNot = (key: KeyObservation): string => {
    const standing = standingOf(key, "destroy", nowMs);
    return standing.binds ? "binds" : standing.why.kind;
  };

  it("binds for a destruction only with its author's own signature of at most 15 minutes before", () => {
    const { writtenAtMs } = destroy();
    expect(whyNot(vouched(destroy()))).toBe("unsigned");
    expect(whyNot(vouched(destroy({ signature: signature(writtenAtMs) })))).toBe("binds");
    expect(whyNot(vouched(destroy({ signature: signature(writtenAtMs) }), false))).toBe("unsigned");
    expect(whyNot(vouched(destroy({ signature: signature(writtenAtMs - signatureLifetimeMs) })))).toBe("binds");
    expect(whyNot(vouched(destroy({ signature: signature(writtenAtMs - signatureLifetimeMs - 1000) })))).toBe(
      "unsigned",
    );
    expect(whyNot(vouched(destroy({ signature: signature(writtenAtMs + 1000) })))).toBe("unsigned");
  });

  it("is judged at its write, and an approval and the request that it quotes now", () => {
    const times: number[] = [];
    const judge = (key: KeyObservation) => withVouchers(key, (_statement, { atMs }) => times.push(atMs) > 0, nowMs);
    const request = destroy({ signature: signature(destroy().writtenAtMs) });
    const key = demanding(request);
    judge(key);
    expect(times.splice(0)).toEqual([key.updatedAtMs]);
    const approval = anApprovalOf(request, { signature: signature(nowMs - 1_800_000) });
    judge(demanding({ ...approval, quotes: { ...approval.quotes, signature: request.signature } as never }));
    expect(times).toEqual([nowMs, nowMs]);
  });

  it.each(["deactivated", "pre_activation"])(
    "still fits a key that was %s when its destruction was requested",
    (state) => {
      const record = destroy({ signature: signature(destroy().writtenAtMs) });
      const updatedAtMs = record.writtenAtMs + hourMs;
      const key = { ...demanding(record), state: "destroyed", stateWord: "destroyed", updatedAtMs } as const;
      const judged: number[] = [];
      const carried = withVouchers(
        key,
        (statement, { atMs }) => {
          judged.push(atMs);
          return JSON.parse(statement)[6] === state;
        },
        nowMs + 90 * 24 * hourMs,
      );
      expect(carried.record?.vouchedBy).toBe("signature");
      expect(new Set(judged), "a signer who leaves later does not undo the approval").toEqual(new Set([updatedAtMs]));
      expect(withVouchers(key, (statement) => JSON.parse(statement)[6] === "destroyed", nowMs).record?.vouchedBy).toBe(
        record.vouchedBy,
      );
    },
  );

  it("binds for a deactivation without a signature", () => {
    const key = { ...aKeyWith(aRecord(), { state: "active" }), signatures: demand } as const;
    expect(standingOf(key, "deactivate", nowMs).binds).toBe(true);
  });

  it("is approved only by a person who signed exactly this approval in this run", () => {
    const record = destroy({ signature: signature(destroy().writtenAtMs) });
    const key = vouched(record);
    const mayWith = (signed: readonly string[]): string => {
      const run = aRun({ actor: anActor(bob), approvals: [record.id], intent: "approve", signed: new Set(signed) });
      return authorize(key, aPolicy(), run, "destroy", nowMs).kind;
    };
    expect(mayWith([])).toBe("waitingForApproval");
    expect(mayWith([approvalStatement(key, record, alice)])).toBe("waitingForApproval");
    expect(mayWith([approvalStatement(key, { ...record, sha256: "0".repeat(64) }, bob)])).toBe("waitingForApproval");
    expect(mayWith([approvalStatement({ ...key, state: "pre_activation" }, record, bob)])).toBe("waitingForApproval");
    expect(mayWith([approvalStatement(key, record, bob)])).toBe("ready");
  });

  it.each([
    ["no object", "AAAA"],
    ["no time", { s: "AAAA" }],
    ["a time that is no second", { t: 1.5, s: "AAAA" }],
    ["a path that is a number", { t: 1_795_530_000, p: 7, s: "AAAA" }],
    ["a path that is too long", { t: 1_795_530_000, p: "9".repeat(701), s: "AAAA" }],
    ["no bytes", { t: 1_795_530_000, p: "" }],
    ["bytes that are too long", { t: 1_795_530_000, s: "A".repeat(701) }],
  ])("is not read with a signature that is malformed: %s", (_title, g) => {
    const { h, ...body } = JSON.parse(Buffer.from(encodeTagValue(destroy()), "hex").toString("utf8")) as { h: string };
    const read = (over: object) =>
      decodeTagValue("k", Buffer.from(JSON.stringify({ ...body, h, ...over })).toString("hex"), sha256);
    expect(read({ g: { t: 1_795_530_000, s: "AAAA" } })).toMatchObject({ step: "destroy", author: alice });
    expect(read({ g })).toBeUndefined();
  });

  it("is read back as it was written, alone or with a path", () => {
    for (const path of ["", "3.12.AAAA"]) {
      const given = { ...signature(1_795_530_000_000), path };
      expect(decodeTagValue("k", encodeTagValue(destroy({ signature: given })), sha256)?.signature).toEqual(given);
    }
  });

  it.each([0, 4, 14])("leaves room for a signature in a list of %s levels beside what is cut", (levels) => {
    const earlier = { author: bob, reason: "x".repeat(500) };
    const draft = aDraft({ step: "destroy", reason: "x".repeat(500), earlierReasons: [earlier, earlier] });
    const cut = fitToTag(draft, levels);
    const signature = { signedAtMs: nowMs, path: "9".repeat(levels * 45), bytes: "A".repeat(640) };
    expect(cut?.reason).toBe(draft.reason);
    expect(encodeTagValue({ ...draft, ...cut, seal: "5".repeat(64), signature }).length).toBeLessThanOrEqual(8192);
  });

  it("is refused before it is signed if its own reason leaves no room", () => {
    const request = destroy({ signature: { signedAtMs: nowMs, path: "9".repeat(650), bytes: "A".repeat(640) } });
    expect(fitToTag(anApprovalOf(request, { reason: "\u0001".repeat(500) }), 14)).toBeUndefined();
    expect(fitToTag(anApprovalOf(request), 14)).toBeDefined();
  });

  it("has room in a tag for both signatures with a path of a list of 10,000 keys", () => {
    const long = { signedAtMs: nowMs, path: "9".repeat(700), bytes: "A".repeat(440) };
    const record = anApprovalOf(destroy(), { signature: long, reason: "Payroll moved to the new ledger. ".repeat(15) });
    const value = encodeTagValue({ ...record, quotes: { ...record.quotes, signature: long } as never });
    expect(value.length).toBeLessThanOrEqual(8192);
  });
});

describe("a signature of a request, on a record that is not as it was signed,", () => {
  const signed = aDraft({
    ...{ step: "destroy", digest: aKey().digests.destroy, reason: "Closed in 2024" },
    ...{ earlierReasons: [{ author: bob, authorName: "Bob", reason: "Moved" }], kmsSetter: bob },
    ...{ deactivatedAtMs: nowMs - 5 * hourMs },
  });
  const bodyOf = (draft: ConsentDraft): string => sha256(bodyJson(draft));
  const place = (service: string) => ({ ...aKey({ state: "deactivated" }), signatures: { ...demand, service } });
  const statement = (draft = signed, service = "ibm") =>
    statementOfDraft(place(service), { ...draft, body: bodyOf(draft) });
  const signature = { signedAtMs: signed.writtenAtMs - 60_000, path: "", bytes: "AAAA" };
  /** How the record on the key stands if the signer signed exactly `of`. */
  const standing = (draft: ConsentDraft, of = statement(), service = "ibm"): string => {
    const carried = { kind: "one", record: aRecord({ ...draft, signature }) } as const;
    const times = { updatedBy: alice, updatedAtMs: draft.writtenAtMs };
    const key: KeyObservation = { ...place(service), carried, ...times };
    const read = standingOf({ ...key, carried: withVouchers(key, (text) => text === of, nowMs) }, "destroy", nowMs);
    return read.binds ? "binds" : read.why.kind;
  };

  it("counts with another time, because a record that was written late gets a new one", () => {
    expect(standing(signed)).toBe("binds");
    expect(standing({ ...signed, writtenAtMs: signed.writtenAtMs + 5000, deactivatedAtMs: nowMs })).toBe("binds");
  });

  it.each<[string, Partial<ConsentDraft>]>([
    ["another reason", { reason: "Data is copied elsewhere" }],
    ["no reason", { reason: undefined }],
    ["another name", { authorName: "Alice of the board" }],
    ["another earlier reason", { earlierReasons: [{ author: bob, authorName: "Bob", reason: "Moved to Paris" }] }],
    ["another name at an earlier reason", { earlierReasons: [{ author: bob, authorName: "Rob", reason: "Moved" }] }],
    ["another setter of the KMS window", { kmsSetter: alice }],
    ["another way in which it was made", { how: "engine" }],
    ["a time more than 15 minutes after the signature", { writtenAtMs: signed.writtenAtMs + 15 * 60_000 }],
  ])("does not count with %s", (_what, over) => {
    expect(standing({ ...signed, ...over })).toBe("unsigned");
  });

  it("does not count at IBM if it was made on an emulator, and the other way around", () => {
    expect(standing(signed, statement(signed, "localhost:4123"), "localhost:4123")).toBe("binds");
    expect(standing(signed, statement(signed, "localhost:4123"), "ibm")).toBe("unsigned");
    expect(standing(signed, statement(signed, "ibm"), "localhost:4123")).toBe("unsigned");
  });

  it("covers a stored approval with the whole request that the approval quotes", () => {
    const request = aRecord({ ...signed, signature });
    const approval = anApprovalOf(request, { step: "destroy" });
    const [asSigned, changed] = [
      approval,
      { ...approval, quotes: { ...approval.quotes, seal: "5".repeat(64) } as never },
    ];
    expect(statement(asSigned)).not.toBe(statement(changed));
  });
});

it("a key that its creator and its program give to one person takes two where signatures are demanded", () => {
  const key = { ...aKey({ marker: "single", state: "deactivated" }), signatures: demand } as const;
  const run = aRun({ actor: anActor(bob), intent: "engine" });
  const alone = aPolicy({ people: "single" });
  expect(authorize(key, alone, run, "destroy", nowMs).kind).toBe("waitingForRequest");
  expect(authorize({ ...key, signatures: undefined }, alone, run, "destroy", nowMs)).toMatchObject({
    ...{ kind: "ready", step: { kind: "destroy" } },
  });
});
