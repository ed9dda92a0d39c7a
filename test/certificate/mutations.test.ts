/** A good certificate, and every way to change it that a checker has to notice. */

import { generateKeyPairSync, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, it, onTestFinished, test, vi } from "vitest";
import { createEvidenceIndex, createLogReader } from "../../provider/certificate/evidence-log.ts";
import type { Certificate } from "../../provider/certificate/statement.ts";
import { type VerificationChoice, verifyFile } from "../../provider/compose/certificates.ts";
import { isUkoError } from "../../provider/errors.ts";
import { canonicalJson, hashJson, payloadOf as readPayload } from "../../provider/services/signing/envelope.ts";
import { jsonParts } from "../../provider/text/json.ts";
import { type Envelope, people, privateKeyOf, serializeEnvelope, signedByBoth, signedBytes } from "./story.ts";
import { useStory } from "./use-story.ts";

let good: Envelope;
const story = useStory();
beforeAll(async () => {
  for (const key of ["payroll", "vouchers"] as const) await story.destroy(key);
  for (const key of ["payroll", "vouchers"] as const) await story.remove(key);
  await story.uko("bob", "certificate create --sign-key @bob.key --out @c.json");
  await story.uko("alice", "certificate sign @c.json --sign-key @alice.key");
  good = story.envelope("c.json");
});

interface Options {
  readonly evidence?: string;
  readonly requiredSigners?: number;
  readonly allowsEmulator?: boolean;
  readonly trusted?: readonly (keyof typeof people)[];
}

function choiceOf(options: Options = {}): VerificationChoice {
  const { evidence, requiredSigners = 2, allowsEmulator = true, trusted = ["alice", "bob", "carol"] } = options;
  return {
    file: story.file("m.json"),
    trust: trusted.map((who) => `${people[who]}=${story.file(`${who}.pem`)}`),
    requiredSigners,
    areTwoPeopleRequired: false,
    events: [],
    allowsEmulator,
    evidence: evidence === undefined ? [] : [story.file(evidence)],
  };
}

/** The kinds of problems, or the code of the error. */
async function check(text: string | Buffer, options: Options = {}): Promise<readonly string[]> {
  writeFileSync(story.file("m.json"), text);
  try {
    const { problems } = await verifyFile(choiceOf(options));
    return problems.map(({ kind }) => kind);
  } catch (error) {
    if (isUkoError(error)) return [error.code];
    throw error;
  }
}

const statementOf = (): Certificate => JSON.parse(Buffer.from(good.payload, "base64").toString("utf8")) as Certificate;
const payloadOf = (statement: unknown): string => Buffer.from(JSON.stringify(statement), "utf8").toString("base64");

/** Another statement under the old signatures. */
const edited = (change: (statement: Certificate) => unknown): string => {
  const statement = statementOf();
  return serializeEnvelope({ ...good, payload: payloadOf(change(statement) ?? statement) });
};

const keyOf = (who: string) => privateKeyOf(story, who);

/** Another statement that both signers signed: only its own consistency can give it away. */
const forged = (change: (statement: Certificate) => unknown): string => {
  const statement = statementOf();
  return signedByBoth(story, { ...good, payload: payloadOf(change(statement) ?? statement) });
};

/** The same with a digest and a list that fit the changed key. */
const consistent = (change: (statement: Certificate) => void): string =>
  forged((statement) => {
    change(statement);
    const { keys } = statement.predicate;
    statement.subject = keys.map((key) => ({ name: key.subject, digest: { sha256: hashJson(key) } }));
    statement.predicate.list = { count: keys.length, sha256: hashJson(statement.subject) };
  });

const first = <Item>([item]: readonly Item[]): Item => {
  if (item === undefined) throw new Error("empty");
  return item;
};
const keyIn = ({ predicate }: Certificate) => first(predicate.keys);
const signaturesOf = (change: (signatures: Envelope["signatures"]) => Envelope["signatures"]): string =>
  serializeEnvelope({ ...good, signatures: change(structuredClone(good.signatures)) });
const stranger = generateKeyPairSync("ed25519").privateKey;

const editedKey = (change: Partial<ReturnType<typeof keyIn>>) => () =>
  edited((s) => void Object.assign(keyIn(s), change));

const nameIbm = ({ predicate }: Certificate): void => {
  predicate.instance.endpoints = ["https://uko.cloud.ibm.com"];
  predicate.notVerified = predicate.notVerified.filter(({ code }) => code !== "not_ibm");
};

/** 36 changes, and what the check says of each. */
const mutations: readonly (readonly [what: string, text: () => string, problem: string, options?: Options])[] = [
  ["an edited label", editedKey({ label: "other" }), "signature_altered"],
  ["an edited outcome", editedKey({ outcome: "destroyed" }), "signature_altered"],
  ["an edited time", editedKey({ outcomeAt: "2026-01-01T00:00:00Z" }), "signature_altered"],
  [
    "an edited executor",
    () => edited((s) => void Object.assign(first(keyIn(s).steps).executor, { iamId: "IBMid-X" })),
    "signature_altered",
  ],
  ["an edited approver", () => edited((s) => void s.predicate.keys.reverse()), "signature_altered"],
  ["a dropped subject", () => edited((s) => void s.subject.pop()), "signature_altered"],
  ["a dropped key", () => edited((s) => void s.predicate.keys.pop()), "signature_altered"],
  [
    "an edited head of the evidence",
    () => edited((s) => void Object.assign(first(s.predicate.evidence), { head: "0".repeat(64) })),
    "signature_altered",
  ],
  [
    "an emptied list of limits",
    () => edited((s) => void Object.assign(s.predicate, { notVerified: [] })),
    "signature_altered",
  ],
  [
    "a payload of another type",
    () => serializeEnvelope(good).replace("vnd.in-toto+json", "vnd.other+json"),
    "UKO_CERTIFICATE_INVALID",
  ],
  ["a payload that is not JSON", () => serializeEnvelope({ ...good, payload: "AAAA" }), "UKO_CERTIFICATE_INVALID"],
  ["a truncated envelope", () => serializeEnvelope(good).slice(0, -20), "UKO_CERTIFICATE_INVALID"],
  ["a reformatted envelope", () => JSON.stringify(good, null, 2), "UKO_CERTIFICATE_INVALID"],
  ["an added field", () => `${JSON.stringify({ ...good, note: "x" })}\n`, "UKO_CERTIFICATE_INVALID"],
  ["an empty file", () => "", "UKO_CERTIFICATE_INVALID"],
  ["no signature", () => signaturesOf(() => []), "too_few_signers"],
  ["a missing signature", () => signaturesOf((all) => all.slice(1)), "too_few_signers"],
  [
    "swapped signatures",
    () => signaturesOf((all) => all.map(({ keyid }, at) => ({ keyid, sig: all[1 - at]?.sig ?? "" }))),
    "signature_altered",
  ],
  [
    "the signature of another certificate",
    () =>
      signaturesOf(([a, b]) =>
        a && b ? [{ ...a, sig: sign(undefined, Buffer.from("x"), keyOf("bob")).toString("base64") }, b] : [],
      ),
    "signature_altered",
  ],
  [
    "a signature under another key ID",
    () => signaturesOf(([a, b]) => (a && b ? [{ ...a, keyid: "0".repeat(64) }, b] : [])),
    "signature_altered",
  ],
  ["one signature twice", () => signaturesOf(([a]) => (a ? [a, a] : [])), "too_few_signers"],
  [
    "a foreign key",
    () =>
      signaturesOf(([a]) =>
        a ? [{ keyid: "f".repeat(64), sig: sign(undefined, signedBytes(good), stranger).toString("base64") }, a] : [],
      ),
    "too_few_signers",
  ],
  [
    "signers that the verifier does not trust",
    () => serializeEnvelope(good),
    "too_few_signers",
    { trusted: ["carol"] },
  ],
  ["more required signers than signed", () => serializeEnvelope(good), "too_few_signers", { requiredSigners: 3 }],
  ["an emulator", () => serializeEnvelope(good), "not_ibm", { allowsEmulator: false }],
  [
    "facts that do not fit the digest",
    () => forged((s) => void Object.assign(keyIn(s), { label: "other" })),
    "subject_changed",
  ],
  [
    "a key that is missing in the list",
    () =>
      forged((s) => {
        s.subject.pop();
        s.predicate.keys.pop();
      }),
    "list_changed",
  ],
  [
    "a subject that is listed twice",
    () =>
      forged((s) => {
        s.subject.push(first(s.subject));
        s.predicate.keys.push(keyIn(s));
      }),
    "duplicate_subject",
  ],
  [
    "a subject of another instance",
    () => consistent((s) => void Object.assign(s.predicate.instance, { id: "other" })),
    "subject_changed",
  ],
  ["fewer limits than the facts have", () => forged((s) => void s.predicate.notVerified.pop()), "limits_changed"],
  [
    "a host that is called IBM's",
    () => forged((s) => void Object.assign(s.predicate.instance, { endpoints: ["https://uko.cloud.ibm.com.example"] })),
    "not_ibm",
    { allowsEmulator: false },
  ],
  [
    "a statement of a newer version",
    () => forged((s) => ({ ...s, predicateType: s.predicateType.replace("v1", "v2") })),
    "newer_version",
  ],
  [
    "a field of a newer version",
    () => forged((s) => ({ ...s, predicate: { ...s.predicate, grade: "corroborated" } })),
    "not_a_certificate",
  ],
  [
    "facts that the evidence does not have",
    () => consistent((s) => void Object.assign(keyIn(s), { size: "512" })),
    "evidence_differs",
    { evidence: "evidence.jsonl" },
  ],
  [
    "IBM's endpoint, if the evidence has the one of an emulator",
    () => forged(nameIbm),
    "endpoints_differ",
    { evidence: "evidence.jsonl", allowsEmulator: false },
  ],
  [
    "an approver whom the evidence does not have",
    () =>
      consistent((s) => {
        for (const step of keyIn(s).steps) if (step.approver) step.approver.iamId = "IBMid-X";
      }),
    "evidence_differs",
    { evidence: "evidence.jsonl" },
  ],
  [
    "a later end of the evidence",
    () => consistent((s) => Object.assign(s.predicate, { evidenceUntil: "2027-06-01T00:00:00Z" })),
    "until_differs",
    { evidence: "evidence.jsonl" },
  ],
];

test("the certificate itself is valid", async () => {
  expect(await check(serializeEnvelope(good), { evidence: "evidence.jsonl" })).toEqual([]);
  expect(await check(forged(() => undefined))).toEqual([]);
  expect(mutations.length).toBeGreaterThanOrEqual(30);
});

test("IBM's own endpoint needs no permission, and its evidence cannot end in the future", async () => {
  const at = (now: string): void => void vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(now) });
  onTestFinished(() => void vi.useRealTimers());
  at("2027-06-01T00:00:00Z");
  expect(await check(forged(nameIbm), { allowsEmulator: false })).toEqual([]);
  at("2026-12-01T00:00:00Z");
  expect(await check(forged(nameIbm), { allowsEmulator: false })).toEqual(["time_ahead"]);
});

const cases = mutations.map(([what, text, problem, options = {}]) => ({ what, text, problem, options }));

test.each(cases)("refuses $what", async ({ text, problem, options }) => {
  expect(await check(text(), options)).toContain(problem);
});

describe("evidence that is not that of the certificate is refused", () => {
  test.each<[string, (lines: readonly string[]) => readonly string[], string]>([
    ["truncated", (all) => all.slice(0, -1), "evidence_missing"],
    ["reordered", ([a = "", b = "", ...rest]) => [b, a, ...rest], "evidence_broken"],
    ["edited", ([a = "", ...rest]) => [a.replace("Payroll moved", "Payroll stays"), ...rest], "evidence_broken"],
    ["of nothing", () => [], "evidence_missing"],
  ])("%s", async (_, change, problem) => {
    const lines = readFileSync(story.file("evidence.jsonl"), "utf8").trimEnd().split("\n");
    writeFileSync(
      story.file("other.jsonl"),
      change(lines)
        .map((line) => `${line}\n`)
        .join(""),
    );
    expect(await check(serializeEnvelope(good), { evidence: "other.jsonl" })).toContain(problem);
    const { problems } = await verifyFile(choiceOf({ evidence: "other.jsonl" }));
    for (const each of problems) if (each.kind === "evidence_broken") expect(each.file).toBe(story.file("other.jsonl"));
  });

  test("evidence to which later runs appended still fits", async () => {
    const text = readFileSync(story.file("evidence.jsonl"), "utf8");
    writeFileSync(story.file("longer.jsonl"), `${text}${JSON.stringify({ v: 1 })}\n`);
    expect(await check(serializeEnvelope(good), { evidence: "longer.jsonl" })).toEqual([]);
  });
});

test("any change of a single byte is refused", async () => {
  const bytes = Buffer.from(serializeEnvelope(good), "utf8");
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, difference) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ difference;
      expect(await check(changed)).not.toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("a key ID with bytes that are not UTF-8 is refused, even of a signature that is not required", async () => {
  const foreign = { keyid: "?", sig: sign(undefined, signedBytes(good), stranger).toString("base64") };
  const bytes = Buffer.from(signaturesOf((all) => [...all, foreign]));
  expect(await check(bytes)).toEqual([]);
  bytes[bytes.lastIndexOf("?")] = 0xff;
  expect(await check(bytes)).toEqual(["UKO_CERTIFICATE_INVALID"]);
});

describe("a payload that is parsed key by key", () => {
  const parsed = (statement: unknown) => readPayload({ payload: Buffer.from(JSON.stringify(statement)) }, "c.json");
  const keys = ["a", "b", "c"].map((subject) => ({ subject, label: 'ü"keys":[ },{"subject":"' }));

  it.each<readonly [string, object]>([
    ["has all keys, in whatever texts", { predicate: { list: {}, keys, wave: "w" }, subject: [] }],
    ["has one key", { predicate: { keys: keys.slice(0, 1) } }],
    [
      "may have other properties first",
      { predicate: { keys: keys.map(({ subject, label }) => ({ label, subject })) } },
    ],
    ["may have no keys", { predicateType: "another" }],
    ["may have more keys than a call has arguments", { predicate: { keys: Array(300_000).fill({ subject: "a" }) } }],
  ])("%s", (_what, statement) => {
    expect(parsed(statement)).toEqual(statement);
  });

  it.each<readonly [string, object]>([
    ["elsewhere", { predicate: { keys: "none" }, other: { keys } }],
    ["twice", { other: { keys }, predicate: { keys } }],
  ])("is refused if it lists keys %s", (_what, statement) => {
    expect(() => parsed(statement)).toThrow("c.json is not a certificate");
  });
});

test("a certificate is not written if an evidence file changes while it is read", () => {
  const [line = ""] = readFileSync(story.file("evidence.jsonl"), "utf8").split("\n");
  const place = { start: 0, length: line.length };
  const reader = createLogReader(0);
  reader.add({ text: line, sha256: hashJson(line), isComplete: true, ...place });
  const index = createEvidenceIndex(() => ({ text: line, sha256: hashJson(`${line} `) }));
  index.add(reader.end(undefined));
  expect(() => index.entriesOf(index.subjects()[0] ?? "")).toThrow("An evidence file changed while uko read it");
});

test("canonical JSON sorts by name and leaves out what is undefined", () => {
  expect(canonicalJson({ b: [1, { d: "ü", c: undefined }], a: "\u2028" })).toBe('{"a":"\u2028","b":[1,{"d":"ü"}]}');
});

test("JSON in parts is the JSON of the whole", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
      expect([...jsonParts({ ...data, none: undefined })].join("")).toBe(JSON.stringify(data));
    }),
  );
});
