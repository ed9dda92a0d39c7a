/** A certificate without a trusted issuer gets no credential, whatever the environment says about certificates. */

import { generateKeyPairSync, sign } from "node:crypto";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { aClient, never } from "../scripted-server.ts";

/** One DER element; the contents are short enough for two length bytes. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...contents: readonly Uint8Array[]): Buffer => der(0x30, ...contents);

/** A self-signed certificate, made for one test so that no private key is stored anywhere. */
function selfSigned(): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ecdsaWithSha256 = sequence(der(0x06, Buffer.from("2a8648ce3d040302", "hex")));
  const commonName = sequence(der(0x06, Buffer.from("550403", "hex")), der(0x0c, Buffer.from("localhost")));
  const name = sequence(der(0x31, commonName));
  const validity = sequence(der(0x17, Buffer.from("250101000000Z")), der(0x17, Buffer.from("490101000000Z")));
  const serial = der(0x02, Buffer.from([1]));
  const spki = publicKey.export({ type: "spki", format: "der" });
  const unsigned = sequence(serial, ecdsaWithSha256, name, validity, name, spki);
  const signature = der(0x03, Buffer.from([0]), sign("sha256", unsigned, privateKey));
  const base64 = sequence(unsigned, ecdsaWithSha256, signature).toString("base64");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64.replace(/(.{64})/g, "$1\n")}\n-----END CERTIFICATE-----\n`,
  };
}

const setting = "NODE_TLS_REJECT_UNAUTHORIZED";
let before: string | undefined;
beforeEach(() => {
  before = process.env[setting];
});
afterEach(() => {
  if (before === undefined) delete process.env[setting];
  else process.env[setting] = before;
});

test.each([undefined, "0"])(`is refused if ${setting} is %j`, async (value) => {
  let requests = 0;
  const server = createServer(selfSigned(), (_, response) => {
    requests += 1;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  if (value === undefined) delete process.env[setting];
  else process.env[setting] = value;
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const end = await aClient().http.send({
    endpoint: { url, source: "environment", role: "iam" },
    method: "GET",
    path: () => "/",
    bearer: { token: async () => "token", renew: async () => undefined },
    resend: "never",
    signal: never(),
  });
  server.close();
  expect(end).toMatchObject({ kind: "none", why: "broken", reason: expect.stringMatching(/SELF_SIGNED/) });
  expect(requests).toBe(0);
});

test("is refused behind a proxy as well: the proxy learns the host, and no server gets the credential", async () => {
  let requests = 0;
  const server = createServer(selfSigned(), (_, response) => {
    requests += 1;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const seen: string[] = [];
  const proxy = createHttpServer().on("connect", (request, socket) => {
    seen.push(`${request.url} ${JSON.stringify(request.headers)}`);
    const there = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      there.pipe(socket).pipe(there);
    });
    for (const end of [there, socket]) end.on("error", () => end.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const send = (exceptions: string, host: string) =>
    aClient({ proxy: { url, exceptions }, allowedHosts: ["uko.invalid", "localhost"] }).http.send({
      endpoint: { url: `https://${host}`, source: "environment", role: "iam" },
      method: "GET",
      path: () => "/",
      bearer: { token: async () => "planted-token", renew: async () => undefined },
      resend: "never",
      signal: never(),
    });
  expect(await send("", "uko.invalid")).toMatchObject({ why: "broken", reason: expect.stringMatching(/SELF_SIGNED/) });
  expect(seen).toEqual([expect.stringMatching(/^uko\.invalid:443 /)]);
  expect(seen.join()).not.toContain("planted-token");
  await send("uko.invalid", "uko.invalid");
  await send("", `localhost:${port}`);
  expect(seen).toHaveLength(1);
  expect(requests).toBe(0);
  server.closeAllConnections();
  server.close();
  proxy.closeAllConnections();
  proxy.close();
});
