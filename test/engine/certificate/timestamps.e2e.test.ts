/** Timestamps by a real authority on this machine (openssl ts): signing, checking offline, and changes that are refused. */

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyFile } from "../../../provider/compose/certificates.ts";
import { isUkoError } from "../../../provider/errors.ts";
import { type Envelope, people, type Story, serializeEnvelope, startStory, trustAll } from "./story.ts";

const kinds = {
  ec: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
  rsa: ["-newkey", "rsa:2048"],
} as const;
type Kind = keyof typeof kinds;

let story: Story;
let server: Server;
let url: string;
const heard: IncomingMessage["headers"][] = [];
/** What signs the next responses. */
let authority: { kind: Kind; digest: string } = { kind: "ec", digest: "sha384" };

function openssl(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync("openssl", args, { encoding: "utf8", cwd: story.folder });
  if (error !== undefined) throw new Error(`This test needs openssl, which could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`openssl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

function reply(query: Buffer): Buffer {
  writeFileSync(story.file("query.tsq"), query);
  const { kind, digest } = authority;
  const made = ["-signer", `${kind}.pem`, "-inkey", `${kind}.tsa.key`, `-${digest}`];
  openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", ...made, "-out", "reply.tsr");
  return readFileSync(story.file("reply.tsr"));
}

beforeAll(async () => {
  story = await startStory();
  const settings = ["default_tsa=t", "[t]", "serial=serial", "default_policy=1.2.3.4.1", "digests=sha256"];
  const more = ["accuracy=secs:1", "ess_cert_id_alg=sha256", "signer_digest=sha256"];
  writeFileSync(story.file("tsa.cnf"), ["[tsa]", ...settings, ...more, ""].join("\n"));
  writeFileSync(story.file("serial"), "01\n");
  for (const [kind, key] of Object.entries(kinds)) {
    const names = ["-subj", `/O=Example/CN=TSA ${kind}`, "-addext", "extendedKeyUsage=critical,timeStamping"];
    const made = ["-keyout", `${kind}.tsa.key`, "-out", `${kind}.pem`, "-addext", "basicConstraints=CA:FALSE"];
    openssl("req", "-x509", ...key, "-nodes", "-days", "30", ...names, ...made);
  }
  server = createServer((request, response) => {
    heard.push(request.headers);
    void buffer(request).then((query) => {
      response.writeHead(200, { "content-type": "application/timestamp-reply" });
      response.end(reply(query));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsr`;
  await story.destroy("payroll");
  await story.remove("payroll");
  await story.uko("bob", "certificate create --sign-key @bob.key --out @c.json");
  await sign("stamped.json");
});
afterAll(async () => {
  server.close();
  await story.close();
});

async function sign(out: string, trust = "ec.pem") {
  return await story.uko(
    "alice",
    `certificate sign @c.json --sign-key @alice.key --tsa ${url} --tsa-trust @${trust} --out @${out}`,
  );
}
const verify = (name: string, options = "") =>
  story.uko("erin", `certificate verify @${name} --allow-emulator ${trustAll} --require 2 ${options}`);
const envelope = (name: string): Envelope => story.envelope(name);

describe("a timestamp", () => {
  test("is requested without a credential, and says when and by whose word", async () => {
    expect(Object.keys(heard[0] ?? {})).not.toContain("authorization");
    const { exitCode, out, err } = await verify("stamped.json", "--tsa-trust @ec.pem");
    expect([exitCode, err]).toEqual([0, ""]);
    expect(out).toMatch(
      /^The signature of IBMid-550000ALICE \("alice"\) existed at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, according to O=Example, CN=TSA ec$/m,
    );
    const { out: json } = await verify("stamped.json", "--tsa-trust @ec.pem --json");
    expect(JSON.parse(json).timestamps).toEqual([
      {
        signer: { iamId: people.alice, name: "alice" },
        at: expect.stringMatching(/Z$/),
        authority: "O=Example, CN=TSA ec",
      },
    ]);
  });

  test("is confirmed by another program, over the bytes of the signature", () => {
    const [, { sig, timestamp = "" } = { sig: "" }] = envelope("stamped.json").signatures;
    writeFileSync(story.file("sig"), Buffer.from(sig, "base64"));
    writeFileSync(story.file("stored.tsr"), Buffer.from(timestamp, "base64"));
    const own = ["-CAfile", "ec.pem", "-untrusted", "ec.pem"];
    expect(openssl("ts", "-verify", "-data", "sig", "-in", "stored.tsr", ...own)).toContain("Verification: OK");
  });

  test("can come with the first signature, and from an authority with an RSA key", async () => {
    authority = { kind: "rsa", digest: "sha256" };
    const options = `--tsa ${url} --tsa-trust @rsa.pem --out @first.json`;
    expect(await story.uko("bob", `certificate create --sign-key @bob.key ${options}`)).toMatchObject({ err: "" });
    await story.uko("alice", "certificate sign @first.json --sign-key @alice.key");
    const { out } = await verify("first.json", "--tsa-trust @rsa.pem");
    expect(out).toMatch(
      /^The signature of IBMid-550000BOB \("bob"\) existed at .*, according to O=Example, CN=TSA rsa$/m,
    );
  });

  test("is refused, and nothing is written, if --tsa-trust does not confirm it or its digest is not checked", async () => {
    authority = { kind: "rsa", digest: "sha256" };
    expect(await sign("none.json", "ec.pem")).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining("No certificate in --tsa-trust confirms its response. Nothing was written."),
    });
    authority = { kind: "rsa", digest: "sha512" };
    expect(await sign("none.json", "rsa.pem")).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining("not of the kinds that uko checks"),
    });
    expect(() => readFileSync(story.file("none.json"))).toThrow("ENOENT");
  });
});

describe("with a timestamp, a check", () => {
  test("without --tsa-trust says that it is not checked, and with the wrong authority fails", async () => {
    const { exitCode, out } = await verify("stamped.json");
    expect([exitCode, out]).toEqual([0, expect.stringContaining("Timestamps: 1, not checked; add --tsa-trust")]);
    expect(await verify("stamped.json", "--tsa-trust @rsa.pem")).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining("is not of an authority in --tsa-trust"),
    });
  });

  test("refuses the timestamp of another signature, and a certificate from which it was taken", async () => {
    const stamped = envelope("stamped.json");
    const [bob, alice] = stamped.signatures;
    if (bob === undefined || alice === undefined) throw new Error("two signatures");
    const { timestamp = "", ...bare } = alice;
    writeFileSync(
      story.file("moved.json"),
      serializeEnvelope({ ...stamped, signatures: [{ ...bob, timestamp }, bare] }),
    );
    writeFileSync(story.file("taken.json"), serializeEnvelope({ ...stamped, signatures: [bob, bare] }));
    expect((await verify("moved.json", "--tsa-trust @ec.pem")).err).toContain(
      "does not fit the signature, or was changed",
    );
    expect((await verify("taken.json", "--tsa-trust @ec.pem")).err).toContain(
      "No signature of a trusted person has a timestamp",
    );
    expect(await verify("taken.json")).toMatchObject({ exitCode: 0 });
  });

  test("refuses any change of a single byte of the file", async () => {
    const bytes = readFileSync(story.file("stamped.json"));
    const from = bytes.indexOf('"timestamp"');
    const trust = Object.entries(people).map(([who, iamId]) => `${iamId}=${story.file(`${who}.pem`)}`);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: from, max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const changed = Buffer.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ by;
          writeFileSync(story.file("byte.json"), changed);
          const choice = {
            file: story.file("byte.json"),
            trust,
            requiredSigners: 2,
            areTwoPeopleRequired: false,
            events: [],
            allowsEmulator: true,
            evidence: [],
          };
          try {
            expect((await verifyFile({ ...choice, tsaTrust: story.file("ec.pem") })).problems).not.toEqual([]);
          } catch (error) {
            if (!isUkoError(error)) throw error;
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
