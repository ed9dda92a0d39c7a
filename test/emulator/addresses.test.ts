/** By which address clients reach the emulator, and which address its responses name. */

import { readFileSync } from "node:fs";
import { request } from "node:http";
import { request as requestTls } from "node:https";
import { afterEach, describe, expect, it } from "vitest";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../provider/emulator/start.ts";
import { apiKeys, requestToken } from "./harness.ts";

const open: Emulator[] = [];
const start = async (options: EmulatorOptions): Promise<Emulator> => {
  const emulator = await startEmulator(options);
  open.push(emulator);
  return emulator;
};
afterEach(async () => {
  for (const emulator of open.splice(0)) await emulator.close();
});

/** The response to a client that knows the emulator by another name than its address. */
function called(emulator: Emulator, host: string, path: string, headers: Record<string, string> = {}) {
  const { port, caFile } = emulator;
  const send = caFile === undefined ? request : requestTls;
  const options = { host: "127.0.0.1", port, path, headers: { host, ...headers } };
  const tls = caFile === undefined ? {} : { ca: readFileSync(caFile), servername: host.split(":")[0] };
  return new Promise<{ status: number | undefined; body: Record<string, unknown> }>((resolve, reject) => {
    const sent = send({ ...options, ...tls }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) }),
      );
    });
    sent.once("error", reject);
    sent.end();
  });
}

async function bearer(emulator: Emulator): Promise<Record<string, string>> {
  const token = (await requestToken(emulator.url, apiKeys.bob)).body.access_token;
  return { authorization: `Bearer ${String(token)}`, "bluemix-instance": emulator.instanceId };
}

describe("an emulator that listens on every address", () => {
  it.each(["emulator:7600", "127.0.0.1:8080", "localhost:8080", "192.0.2.7"])(
    "answers with the address that the client called: %s",
    async (host) => {
      const emulator = await start({ host: "0.0.0.0" });
      const headers = await bearer(emulator);
      const { instanceId } = emulator;
      const base = `http://${host}`;
      const broker = await called(emulator, host, `/crypto_v2/instances/${instanceId}`, headers);
      expect(broker.body).toMatchObject({ uko: { public: host }, kms: { public: host, private: host } });
      const discovery = await called(emulator, host, "/identity/.well-known/openid-configuration");
      expect(discovery.body).toMatchObject({
        token_endpoint: `${base}/identity/token`,
        jwks_uri: `${base}/identity/keys`,
      });
      const instance = await called(emulator, host, `/v2/resource_instances/${instanceId}`, headers);
      expect(instance.body.extensions).toEqual({ endpoints: { public: base, private: base } });
      const page = await called(emulator, host, "/identity/passcode");
      expect(JSON.stringify(page.body)).toContain(`${base}/identity/passcode?person=`);
    },
  );

  it("names this machine in its own address", async () => {
    const { url, port } = await start({ host: "0.0.0.0" });
    expect(url).toBe(`http://127.0.0.1:${port}`);
  });
});

describe("a public address", () => {
  it("is what every response names, and its name may be called", async () => {
    const emulator = await start({ publicUrl: "https://uko.example.com:8443" });
    const headers = await bearer(emulator);
    for (const host of ["uko.example.com:8443", "127.0.0.1"]) {
      const path = `/crypto_v2/instances/${emulator.instanceId}`;
      expect((await called(emulator, host, path, headers)).body).toMatchObject({
        uko: { public: "uko.example.com:8443" },
      });
    }
  });

  it.each(["uko.example.com", "ftp://uko.example.com", "https://uko.example.com/api", "https://a@uko.example.com"])(
    "is refused with the way on if it is not scheme and host alone: %s",
    async (publicUrl) => {
      await expect(startEmulator({ publicUrl })).rejects.toThrow(/is not valid\.\nNext: .*--public-url https:/);
    },
  );
});

describe("a name", () => {
  const cluster = "emulator.tests.svc.cluster.local";

  it("with a dot is refused, and the refusal names the option that allows it", async () => {
    const emulator = await start({ host: "0.0.0.0" });
    const { status, body } = await called(emulator, `${cluster}:7600`, "/_emulator/health");
    expect([status, body.error]).toEqual([403, expect.stringMatching(`Next: .*--allow-host ${cluster}$`)]);
  });

  it("that is allowed is served, also over TLS with the certificate of the run", async () => {
    for (const tls of [undefined, {}]) {
      const emulator = await start({ host: "0.0.0.0", allowHosts: [cluster.toUpperCase()], ...(tls && { tls }) });
      expect((await called(emulator, cluster, "/_emulator/health")).status).toBe(200);
      expect(
        (await called(emulator, "localhost", "/_emulator/health", { origin: "https://evil.example" })).status,
      ).toBe(403);
    }
  });
});

it("names the port of a private endpoint also where the address has none", async () => {
  const emulator = await start({ host: "0.0.0.0" });
  const headers = await bearer(emulator);
  emulator.world.instancePolicies.set("allowedIP", {
    enabled: true,
    attributes: { allowed_ip: ["127.0.0.1"] },
    createdMs: 0,
    createdBy: "",
    updatedMs: 0,
    updatedBy: "",
  });
  const port = async (host: string) =>
    (await called(emulator, host, "/api/v2/instance/allowed_ip_port", headers)).body.resources;
  expect(await port("emulator:7600")).toEqual([{ private_endpoint_port: 7600 }]);
  expect(await port("emulator")).toEqual([{ private_endpoint_port: 80 }]);
});
