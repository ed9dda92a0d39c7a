/** Timestamps of signatures: the request, and every way in which a response or a stored timestamp is refused. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HttpClient, HttpRequest, HttpResponse } from "../../../provider/services/http/client.ts";
import { createHttpClient } from "../../../provider/services/http/client.ts";
import {
  checkTimestamps,
  readAuthorities,
  requestTimestamp,
  type TimestampAuthority,
} from "../../../provider/services/signing/timestamp.ts";
import { at, certificates, nonce, query, reply, replyWithCertificate, stamped } from "./recorded-timestamp.ts";

const folder = mkdtempSync(path.join(tmpdir(), "uko-timestamp-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const trust = (pem: string): Promise<readonly TimestampAuthority[]> => {
  const file = path.join(folder, "tsa.pem");
  writeFileSync(file, pem);
  return readAuthorities(file);
};

let own: readonly TimestampAuthority[];
let stored: Buffer;
const asked: HttpRequest[] = [];
const answering = (bytes: Buffer, status = 200): HttpClient => ({
  async send(request) {
    asked.push(request);
    const text = bytes.toString("latin1");
    return { kind: "response", status, text, header: () => undefined } as unknown as HttpResponse;
  },
  serviceTimeMs: () => undefined,
  close: async () => {},
});
const url = "https://tsa.example/stamp";
const ask = (http: HttpClient, options: { nonce?: Buffer; signature?: Buffer } = {}) =>
  requestTimestamp(
    { http, url, authorities: own, nonce: options.nonce ?? nonce },
    options.signature ?? stamped,
    AbortSignal.timeout(5_000),
  );
beforeAll(async () => {
  own = await trust(certificates.own);
  stored = await ask(answering(reply));
});

const check = (timestamp: Buffer, authorities: readonly TimestampAuthority[] | undefined, signature = stamped) =>
  checkTimestamps(
    {
      payload: Buffer.alloc(0),
      signed: Buffer.alloc(0),
      signatures: [
        { keyid: "k", sig: signature.toString("base64"), timestamp: timestamp.toString("base64") },
        { keyid: "without", sig: "" },
      ],
    },
    authorities,
  );

describe("a request", () => {
  test("has the digest of the signature and a nonce, and no credential", () => {
    const [request] = asked;
    expect(request?.body?.().toString("hex")).toBe(query);
    expect(request).toMatchObject({
      method: "POST",
      endpoint: { url, role: "tsa" },
      headers: { "content-type": "application/timestamp-query" },
    });
    expect(request?.bearer).toBeUndefined();
  });

  test("goes to no host that UKO_ALLOWED_HOSTS does not name, and to none without TLS", async () => {
    const options = { userAgent: "test", monotonicMs: () => 0, random: () => 0, sleep: async () => {} };
    const http = createHttpClient({ allowedHosts: [], ...options });
    await expect(ask(http)).rejects.toMatchObject({
      code: "UKO_HOST_NOT_ALLOWED",
      message: expect.stringContaining("UKO_ALLOWED_HOSTS=tsa.example in the environment"),
    });
    const named = createHttpClient({ allowedHosts: ["tsa.example"], ...options });
    const stamping = { http: named, url: "http://tsa.example/stamp", authorities: own, nonce };
    await expect(requestTimestamp(stamping, stamped, AbortSignal.timeout(5_000))).rejects.toMatchObject({
      code: "UKO_HOST_NOT_ALLOWED",
      message: expect.stringContaining("TLS is required"),
    });
    await Promise.all([http.close(), named.close()]);
  });

  test.each<[string, () => Promise<Buffer>, string]>([
    ["a refusal", () => ask(answering(Buffer.from("30053003020102", "hex"))), "is a refusal"],
    ["a page", () => ask(answering(Buffer.from("<html>"))), "is a refusal"],
    ["an error", () => ask(answering(reply, 503)), "status 503"],
    ["a response to another request", () => ask(answering(reply), { nonce: Buffer.alloc(8, 9) }), "another request"],
    [
      "a timestamp of something else",
      () => ask(answering(reply), { signature: Buffer.from("other") }),
      "No certificate in --tsa-trust confirms",
    ],
  ])("refuses %s", async (_, response, why) => {
    await expect(response()).rejects.toMatchObject({
      code: "UKO_INPUT_INVALID",
      message: expect.stringContaining(why),
    });
  });
});

describe("a stored timestamp", () => {
  test("is checked without a network, and says when and by whose word", () => {
    expect(check(stored, own)).toEqual([{ kind: "valid", keyId: "k", at, authority: "O=Example, CN=Test TSA" }]);
    expect(check(stored, undefined)).toEqual([{ kind: "not_checked", keyId: "k" }]);
  });

  test("counts only for its own signature, by a trusted authority whose certificate was valid then", async () => {
    expect(check(stored, own, Buffer.from("other"))).toMatchObject([{ kind: "invalid", why: "altered" }]);
    expect(check(stored, await trust(certificates.other))).toMatchObject([{ why: "unknown_authority" }]);
    expect(check(stored, await trust(certificates.expired))).toMatchObject([{ why: "outside_validity" }]);
    const both = await trust(certificates.other + certificates.own);
    expect(check(stored, both)).toMatchObject([{ kind: "valid" }]);
  });

  test("has nothing that its signature does not cover, such as a certificate", async () => {
    const inIt = await ask(answering(replyWithCertificate));
    expect(check(inIt, own)).toMatchObject([{ kind: "valid" }]);
    expect(replyWithCertificate.byteLength - inIt.byteLength).toBeGreaterThan(300);
    expect(check(replyWithCertificate, own)).toMatchObject([{ kind: "invalid", why: "altered" }]);
  });

  test("is refused after any change of a single byte, and with bytes before or after it", () => {
    for (const index of stored.keys()) {
      for (const difference of [0x01, 0x20, 0x80, 0xff]) {
        const changed = Buffer.from(stored);
        changed[index] = (changed[index] ?? 0) ^ difference;
        expect(check(changed, own)[0]?.kind, `byte ${index} ^ ${difference}`).toBe("invalid");
      }
    }
    for (const changed of [Buffer.concat([stored, Buffer.alloc(1)]), stored.subarray(0, -1), Buffer.alloc(0)]) {
      expect(check(changed, own)[0]?.kind).toBe("invalid");
    }
  });
});

test.each([
  ["a certificate of another purpose", certificates.plain, "may not sign timestamps"],
  ["no certificate", "-----BEGIN PUBLIC KEY-----", "does not contain a certificate"],
  [
    "a damaged certificate",
    certificates.own.replace(/\n[A-Za-z0-9]{8}/, "\nAAAAAAAA"),
    "does not contain a certificate",
  ],
])("%s is not trusted", async (_, pem, why) => {
  await expect(trust(pem)).rejects.toMatchObject({ message: expect.stringContaining(why) });
});
