import { describe, expect, test } from "vitest";
import { createEndpoints, type EndpointOptions, namesInstance } from "../../../provider/services/broker/endpoints.ts";
import type { EndpointSource } from "../../../provider/services/http/allowed-hosts.ts";
import { aClient, never, useScriptedServer } from "../scripted-server.ts";

const instanceId = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e";
const host = `${instanceId}.uko.eu-de.hs-crypto.appdomain.cloud`;
const kmsHost = `${instanceId}.api.eu-de.hs-crypto.appdomain.cloud`;
const found = { instance_id: instanceId, uko: { public: host }, kms: { public: kmsHost, private: "x" }, ep11: {} };

const server = useScriptedServer();

const bearer = { token: async () => "token", renew: async () => undefined };
const endpoints = (fields: Partial<EndpointOptions> = {}) =>
  createEndpoints({
    http: aClient().http,
    bearer,
    instanceId,
    broker: { ...server.endpoint, role: "broker" },
    ...fields,
  });

describe("the broker", () => {
  test("is asked once per run, and its hosts get TLS", async () => {
    server.script({ body: found });
    const asked = endpoints();
    const [uko, kms] = await Promise.all([asked.uko(never()), asked.kms(never())]);
    expect(uko).toEqual({ url: `https://${host}`, source: "broker", role: "uko", instanceId });
    expect(kms).toEqual({ url: `https://${kmsHost}`, source: "broker", role: "kms", instanceId });
    expect(await asked.isInstanceProven(never())).toBe(true);
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]).toMatchObject({ method: "GET", path: `/crypto_v2/instances/${instanceId}` });
    expect(server.asked[0]?.headers.authorization).toBe("Bearer token");
  });

  test("is asked again after a failure", async () => {
    server.script({ status: 404 }, { body: found });
    const asked = endpoints();
    await expect(asked.uko(never())).rejects.toMatchObject({ code: "UKO_SETTINGS_INVALID" });
    expect((await asked.uko(never())).url).toBe(`https://${host}`);
  });

  test("is not asked where endpoints are given", async () => {
    const given = { url: "https://a.example", source: "stored", role: "uko", instanceId } as const;
    const asked = endpoints({ uko: given, kms: given });
    expect(await asked.uko(never())).toBe(given);
    expect(await asked.kms(never())).toBe(given);
    expect(server.asked).toEqual([]);
  });

  test.each<[string, object, string]>([
    ["answers for another instance", { ...found, instance_id: "other" }, "UKO_INSTANCE_MISMATCH"],
    ["names no UKO", { instance_id: instanceId, kms: { public: kmsHost } }, "UKO_SETTINGS_INVALID"],
    ["names a host with a path", { ...found, uko: { public: "evil.example/x" } }, "UKO_SETTINGS_INVALID"],
    ["names a host with a user", { ...found, uko: { public: "a@evil.example" } }, "UKO_SETTINGS_INVALID"],
    ["answers something else", { hello: 1 }, "UKO_ANSWER_INVALID"],
  ])("that %s is not followed", async (_, body, code) => {
    server.script({ body });
    await expect(endpoints().uko(never())).rejects.toMatchObject({ code });
  });

  test.each([
    [401, "UKO_ACCESS_DENIED"],
    [403, "UKO_RIGHTS_MISSING"],
    [404, "UKO_SETTINGS_INVALID"],
    [418, "UKO_ANSWER_INVALID"],
    [500, "UKO_SERVICE_UNAVAILABLE"],
  ])("that answers %i gives %s, and proves nothing", async (status, code) => {
    server.script({ status });
    await expect(endpoints().uko(never())).rejects.toMatchObject({ code });
    expect(await endpoints().isInstanceProven(never())).toBe(false);
  });

  test("may point to this machine only if the environment named it and it is on this machine itself", async () => {
    server.script({ body: { ...found, uko: { public: "127.0.0.1:4711" } } });
    expect(await endpoints().uko(never())).toEqual({
      url: "http://127.0.0.1:4711",
      source: "environment",
      role: "uko",
      instanceId,
    });
    const listed = aClient({ allowedHosts: [new URL(server.url).host] }).http;
    const stored = endpoints({ http: listed, broker: { url: server.url, source: "stored", role: "broker" } });
    expect(await stored.uko(never())).toEqual({
      url: "https://127.0.0.1:4711",
      source: "broker",
      role: "uko",
      instanceId,
    });
  });
});

test("without region, broker or endpoint there is nothing to ask, and a region is a region's name", async () => {
  const { broker: _, ...nowhere }: EndpointOptions = {
    http: aClient().http,
    bearer,
    instanceId,
    broker: { ...server.endpoint, role: "broker" },
  };
  await expect(createEndpoints(nowhere).uko(never())).rejects.toMatchObject({ code: "UKO_SETTINGS_INVALID" });
  for (const region of ["evil.example/", "eu-de@evil", "", "EU-DE"]) {
    const asked = createEndpoints({ ...nowhere, region }).uko(never());
    await expect(asked).rejects.toMatchObject({ code: "UKO_SETTINGS_INVALID" });
  }
  expect(await createEndpoints(nowhere).isInstanceProven(never())).toBe(false);
});

describe("which instance answers is proven", () => {
  const proves = (url: string, source: EndpointSource = "stored"): boolean =>
    namesInstance({ url, source, role: "uko", instanceId }, instanceId);

  test("by the host name of the instance, under TLS", () => {
    expect(proves(`https://${host}`)).toBe(true);
    expect(proves(`https://${host}:443/api`, "environment")).toBe(true);
  });

  test.each([
    `http://${host}`,
    `https://${host}.evil.example`,
    `https://uko.eu-de.hs-crypto.cloud.ibm.com:9000`,
    `https://${instanceId}.api.eu-de.hs-crypto.appdomain.cloud`,
    `https://${instanceId}.uko.x.evil.example.hs-crypto.appdomain.cloud`,
    `https://${instanceId}.uko.hs-crypto.appdomain.cloud`,
    `https://11111111-7b1d-4c55-9d2e-6a4f8b0c1d2e.uko.eu-de.hs-crypto.appdomain.cloud`,
    "http://127.0.0.1:4711",
  ])("not by %s", (url) => {
    expect(proves(url)).toBe(false);
  });

  test("by the broker where it names the very host that was given", async () => {
    server.script({ body: { ...found, uko: { public: "uko.eu-de.hs-crypto.cloud.ibm.com:9000" } } });
    const given = (url: string) =>
      endpoints({ uko: { url, source: "stored", role: "uko", instanceId } }).isInstanceProven(never());
    expect(await given("https://uko.eu-de.hs-crypto.cloud.ibm.com:9000")).toBe(true);
    expect(await given("https://uko.eu-de.hs-crypto.cloud.ibm.com:9001")).toBe(false);
  });
});
