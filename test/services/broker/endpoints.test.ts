import { describe, expect, test } from "vitest";
import { createEndpoints, type EndpointOptions } from "../../../provider/services/broker.ts";
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
  test("is called once per run, and its hosts get TLS", async () => {
    server.script({ body: found });
    const resolver = endpoints();
    const [uko, kms] = await Promise.all([resolver.uko(never()), resolver.kms(never())]);
    expect(uko).toEqual({ url: `https://${host}`, source: "broker", role: "uko", instanceId });
    expect(kms).toEqual({ url: `https://${kmsHost}`, source: "broker", role: "kms", instanceId });
    expect(await resolver.instance(never())).toEqual({ kind: "proven" });
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]).toMatchObject({ method: "GET", path: `/crypto_v2/instances/${instanceId}` });
    expect(server.asked[0]?.headers.authorization).toBe("Bearer token");
  });

  test("is called again after a failure", async () => {
    server.script({ status: 404 }, { body: found });
    const resolver = endpoints();
    await expect(resolver.uko(never())).rejects.toMatchObject({ code: "UKO_SETTINGS_INVALID" });
    expect((await resolver.uko(never())).url).toBe(`https://${host}`);
  });

  test("is not called if endpoints are configured", async () => {
    const configured = { url: "https://a.example", source: "stored", role: "uko", instanceId } as const;
    const resolver = endpoints({ uko: configured, kms: configured });
    expect(await resolver.uko(never())).toBe(configured);
    expect(await resolver.kms(never())).toBe(configured);
    expect(server.asked).toEqual([]);
  });

  test.each<[string, object, string]>([
    ["names another instance", { ...found, instance_id: "other" }, "UKO_INSTANCE_MISMATCH"],
    ["does not name UKO", { instance_id: instanceId, kms: { public: kmsHost } }, "UKO_SETTINGS_INVALID"],
    ["names a host with a path", { ...found, uko: { public: "evil.example/x" } }, "UKO_SETTINGS_INVALID"],
    ["names a host with a user", { ...found, uko: { public: "a@evil.example" } }, "UKO_SETTINGS_INVALID"],
    ["has an unknown form", { hello: 1 }, "UKO_RESPONSE_INVALID"],
  ])("is not followed if its response %s", async (_, body, code) => {
    server.script({ body });
    await expect(endpoints().uko(never())).rejects.toMatchObject({ code });
  });

  test.each([
    [401, "UKO_ACCESS_DENIED"],
    [403, "UKO_RIGHTS_MISSING"],
    [404, "UKO_SETTINGS_INVALID"],
    [418, "UKO_RESPONSE_INVALID"],
    [500, "UKO_SERVICE_UNAVAILABLE"],
  ])("that answers %i gives %s, and proves nothing", async (status, code) => {
    server.script({ status });
    await expect(endpoints().uko(never())).rejects.toMatchObject({ code });
    expect(await endpoints().instance(never())).toEqual({ kind: "unproven" });
  });

  test("may point to this machine only if the environment named it and the broker is on this machine itself", async () => {
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

test("is not called without region, broker or endpoint, and a region is a region's name", async () => {
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
  expect(await createEndpoints(nowhere).instance(never())).toEqual({ kind: "unproven" });
});

describe("the instance behind an endpoint", () => {
  const another = "11111111-7b1d-4c55-9d2e-6a4f8b0c1d2e";
  const portForm = "https://uko.eu-de.hs-crypto.cloud.ibm.com:9000";
  const at = (url: string) =>
    endpoints({ uko: { url, source: "environment", role: "uko", instanceId } }).instance(never());

  test("is proven by the host name of the instance, without a call to the broker", async () => {
    expect(await at(`https://${host}`)).toEqual({ kind: "proven" });
    expect(await at(`https://${host}:443/api`)).toEqual({ kind: "proven" });
    expect(server.asked).toEqual([]);
  });

  test("is contradicted by the host name of another instance", async () => {
    expect(await at(`https://${another}.uko.eu-de.hs-crypto.appdomain.cloud`)).toMatchObject({
      kind: "contradicted",
      why: expect.stringContaining(another),
    });
  });

  test("is proven by a broker that names the very host, and contradicted by one that names another documented host", async () => {
    server.script({ body: { ...found, uko: { public: "uko.eu-de.hs-crypto.cloud.ibm.com:9000" } } });
    expect(await at(portForm)).toEqual({ kind: "proven" });
    expect(await at("https://uko.eu-de.hs-crypto.cloud.ibm.com:9001")).toMatchObject({
      kind: "contradicted",
      why: expect.stringContaining(":9000"),
    });
    // A proxy may serve the instance.
    expect(await at("https://proxy.example")).toEqual({ kind: "unproven" });
  });

  test.each([
    `http://${host}`,
    `https://${host}.evil.example`,
    portForm,
    `https://${instanceId}.api.eu-de.hs-crypto.appdomain.cloud`,
    `https://${instanceId}.uko.x.evil.example.hs-crypto.appdomain.cloud`,
    `https://${instanceId}.uko.hs-crypto.appdomain.cloud`,
    "https://127.0.0.1:4711",
  ])("is not proven by %s if the broker does not answer", async (url) => {
    server.script({ status: 500 });
    expect(await at(url)).toEqual({ kind: "unproven" });
  });

  test("is contradicted by a broker's own 404, and not by another server's", async () => {
    server.script({ status: 404, body: { status_code: 404, trace: "t", errors: [{ code: "not_found" }] } });
    expect(await at(portForm)).toMatchObject({ kind: "contradicted", why: expect.stringContaining(instanceId) });
    server.script({ status: 404, body: "<html>" });
    expect(await at(portForm)).toEqual({ kind: "unproven" });
    server.script({ body: { instance_id: instanceId } });
    expect(await at(portForm)).toEqual({ kind: "unproven" });
  });

  test("is read from the emulator itself if the endpoint is on this machine and no region is set", async () => {
    server.script({ body: { ...found, uko: { public: "0.0.0.0:7600" } } });
    const uko = { url: server.url, source: "environment", role: "uko", instanceId } as const;
    const local = createEndpoints({ http: aClient().http, bearer, instanceId, uko });
    expect(await local.instance(never())).toEqual({ kind: "reported" });
    // A broker that is called only for proof does not provide an endpoint.
    await expect(local.kms(never())).rejects.toMatchObject({ code: "UKO_SETTINGS_INVALID" });
  });
});
