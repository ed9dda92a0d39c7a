import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { request } from "node:https";
import { afterEach, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../provider/emulator/start.ts";
import { makeCertificates } from "../../provider/emulator/tls.ts";

let emulator: Emulator;
afterEach(() => emulator?.close());

/** A client that trusts what it is given and nothing else. */
function health(port: number, host: string, ca: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host, port, path: "/_emulator/health", ca, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

it("serves clients that trust its certificate alone, by name and by address", async () => {
  emulator = await startEmulator({ tls: {} });
  expect(emulator.url).toMatch(/^https:/);
  const ca = readFileSync(emulator.caFile ?? "", "utf8");
  expect(await health(emulator.port, "127.0.0.1", ca)).toBe(200);
  expect(await health(emulator.port, "localhost", ca)).toBe(200);
});

it("is refused by clients that trust another authority, and removes its file at the end", async () => {
  emulator = await startEmulator({ tls: {} });
  await expect(health(emulator.port, "127.0.0.1", makeCertificates(["127.0.0.1"]).ca)).rejects.toThrow();
  const file = emulator.caFile ?? "";
  await emulator.close();
  expect(existsSync(file)).toBe(false);
});

it("certifies exactly the hosts that are asked for, with names and addresses of both families", () => {
  const { ca, certificate } = makeCertificates(["localhost", "127.0.0.1", "::1", "fe80::12:3"]);
  const authority = new X509Certificate(ca);
  const leaf = new X509Certificate(certificate);
  expect(authority.ca).toBe(true);
  expect(leaf.ca).toBe(false);
  expect(leaf.checkIssued(authority)).toBe(true);
  expect(leaf.verify(authority.publicKey)).toBe(true);
  expect(leaf.checkHost("localhost")).toBe("localhost");
  expect(leaf.checkHost("example.com")).toBeUndefined();
  for (const address of ["127.0.0.1", "::1", "fe80::12:3"]) expect(leaf.checkIP(address)).toBe(address);
  expect(leaf.checkIP("127.0.0.2")).toBeUndefined();
});
