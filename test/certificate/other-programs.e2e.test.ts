/** Other programs, which share no code with this project, confirm the signatures; and a certificate of 5,000 keys. */

import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { verifyFile } from "../../provider/compose/certificates.ts";
import { people } from "./story.ts";
import { useStory } from "./use-story.ts";

const story = useStory();
beforeAll(async () => {
  await story.destroy("payroll");
  await story.remove("payroll");
  await story.uko("bob", "certificate create --sign-key @bob.key --out @c.json");
  await story.uko("alice", "certificate sign @c.json --sign-key @alice.key");
});

/** DSSE by its specification alone: the encoding, both signatures, and each subject's digest. */
const inPython = `
import base64, hashlib, json, sys
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
envelope = json.load(open(sys.argv[1]))
payload = base64.b64decode(envelope["payload"], validate=True)
kind = envelope["payloadType"].encode()
pae = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
keys = [serialization.load_pem_public_key(open(name, "rb").read()) for name in sys.argv[2:]]
for key, entry in zip(keys, envelope["signatures"], strict=True):
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert entry["keyid"] == hashlib.sha256(der).hexdigest()
    signature = base64.b64decode(entry["sig"], validate=True)
    if isinstance(key, ed25519.Ed25519PublicKey): key.verify(signature, pae)
    else: key.verify(signature, pae, ec.ECDSA(hashes.SHA256()))
statement = json.loads(payload)
assert statement["_type"] == "https://in-toto.io/Statement/v1"
canonical = lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
for subject, key in zip(statement["subject"], statement["predicate"]["keys"], strict=True):
    assert subject["digest"]["sha256"] == hashlib.sha256(canonical(key)).hexdigest()
print("%d signatures, %d subjects" % (len(keys), len(statement["subject"])))
`;
const python = (file: string) =>
  spawnSync("python3", ["-c", inPython, file, story.file("bob.pem"), story.file("alice.pem")], { encoding: "utf8" });
const hasPython = spawnSync("python3", ["-c", "import cryptography"]).status === 0;

describe("another program confirms", () => {
  test.skipIf(!hasPython)("both signatures and every digest (Python's cryptography), and refuses a change", () => {
    expect(python(story.file("c.json"))).toMatchObject({ status: 0, stdout: "2 signatures, 1 subjects\n" });
    const text = readFileSync(story.file("c.json"), "utf8");
    writeFileSync(story.file("changed.json"), text.replace('"payload":"ey', '"payload":"fy'));
    expect(python(story.file("changed.json")).status).not.toBe(0);
  });

  test("the signature on P-256 (openssl)", () => {
    const { payload, payloadType, signatures } = story.envelope("c.json");
    const body = Buffer.from(payload, "base64");
    const head = `DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `;
    writeFileSync(story.file("pae"), Buffer.concat([Buffer.from(head), body]));
    writeFileSync(story.file("sig"), Buffer.from(signatures[1]?.sig ?? "", "base64"));
    const args = ["dgst", "-sha256", "-verify", story.file("alice.pem"), "-signature", story.file("sig")];
    expect(execFileSync("openssl", [...args, story.file("pae")], { encoding: "utf8" })).toBe("Verified OK\n");
  });
});

const count = 5_000;
const limitMs = 10_000;
/**
 * On a machine that is slow today: at most so many times what it takes to parse and digest each line once. On a machine
 * busy with other tests it took 20 to 29 times. Work that grows with the square of the keys takes far more.
 */
const limitInReadings = 40;

/** CPU time of this process, in milliseconds. */
async function cpuMsOf(work: () => Promise<void> | void): Promise<number> {
  const begun = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

test("5,000 keys are certified and checked, with their evidence, in under 10 seconds of CPU time", async () => {
  const lines = readFileSync(story.file("evidence.jsonl"), "utf8").trimEnd().split("\n");
  let previous = createHash("sha256").digest("hex");
  const many = Array.from({ length: count }, (_, at) => {
    const keyId = `9b2d0000-0000-4000-8000-${String(at).padStart(12, "0")}`;
    return lines.map((line, step) => {
      const text = JSON.stringify({ ...JSON.parse(line), keyId, seq: at * lines.length + step + 1, prev: previous });
      previous = createHash("sha256").update(text).digest("hex");
      return `${text}\n`;
    });
  });
  writeFileSync(story.file("many.jsonl"), many.flat().join(""));
  const readingMs = await cpuMsOf(() => {
    for (const line of many.flat())
      createHash("sha256")
        .update(JSON.stringify(JSON.parse(line)))
        .digest("hex");
  });
  const tookMs = await cpuMsOf(async () => {
    const created = await story.uko(
      "bob",
      "certificate create --evidence @many.jsonl --sign-key @bob.key --out @many.json",
    );
    expect(created).toMatchObject({ exitCode: 0, out: expect.stringContaining("5,000 of 5,000 keys destroyed") });
    const { problems, certificate } = await verifyFile({
      file: story.file("many.json"),
      trust: [`${people.bob}=${story.file("bob.pem")}`],
      requiredSigners: 1,
      areTwoPeopleRequired: false,
      events: [],
      allowsEmulator: true,
      evidence: [story.file("many.jsonl")],
    });
    expect([problems, certificate?.subject.length]).toEqual([[], count]);
  });
  console.info(`5,000 keys in ${Math.round(tookMs)} ms of CPU time, ${(tookMs / readingMs).toFixed(1)} readings`);
  expect(Math.min(tookMs / limitMs, tookMs / readingMs / limitInReadings)).toBeLessThan(1);
});
