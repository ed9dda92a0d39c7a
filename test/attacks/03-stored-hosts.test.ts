/** Point 3: stored settings and broker responses that name an attacker's host, and the requests that reach the host. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openWorld } from "../../provider/compose/world.ts";
import type { StoredSettings } from "../../provider/settings.ts";

const instanceId = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e";
const another = "11111111-7b1d-4c55-9d2e-6a4f8b0c1d2e";
const cluster = "c100-e.eu-de.containers.cloud.ibm.com";
const quiet = { progress: { report: () => {} } };

/** The only proxy out of the machine. It records every host that a run tries to reach. */
let wayOut: Server;
const reached: string[] = [];
beforeAll(async () => {
  wayOut = createServer().on("connect", (request, socket) => {
    reached.push(String(request.url));
    socket.on("error", () => {});
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await new Promise<void>((resolve) => wayOut.listen(0, "127.0.0.1", resolve));
});
beforeEach(() => {
  reached.length = 0;
});
afterAll(() => wayOut.close());

/** One run of the victim: their own key in the environment, the attacker's settings in the state. */
async function run(stored: StoredSettings, environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const { port } = wayOut.address() as AddressInfo;
  const own = { UKO_INSTANCE_ID: instanceId, UKO_API_KEY: "victims-key", HTTPS_PROXY: `http://127.0.0.1:${port}` };
  const options = { signal: AbortSignal.timeout(3_000) };
  try {
    const { world, close } = openWorld({ ...own, ...environment }, stored, quiet);
    await Promise.allSettled([
      world.vaults.list({}, options),
      world.kmsKeys.list({}, options),
      world.session.actor(options),
    ]);
    await close();
    return "was sent";
  } catch (error) {
    return String(error);
  }
}

const hostile = [
  ["an OpenShift cluster's address", `https://${cluster}`],
  ["the cluster's port", `https://${cluster}:30263`],
  ["another label under IBM's domain", "https://uko.alice.cloud.ibm.com"],
  ["another label under the crypto domain", "https://x.hs-crypto.appdomain.cloud"],
  ["a foreign form under the crypto domain", "https://uko.eu-de.hs-crypto.appdomain.cloud"],
  ["a port of IAM's host", "https://iam.cloud.ibm.com:8443"],
  ["a path on IAM's host", "https://iam.cloud.ibm.com/v1/alice"],
  ["IAM's test host", "https://iam.test.cloud.ibm.com"],
  ["a port of the instance's host", `https://${instanceId}.uko.eu-de.hs-crypto.appdomain.cloud:8443`],
  ["a path on the instance's host", `https://${instanceId}.uko.eu-de.hs-crypto.appdomain.cloud/alice`],
] as const;

for (const setting of ["endpoint", "kmsEndpoint", "iamEndpoint"] as const) {
  for (const [what, address] of hostile) {
    test(`a state that names ${what} as ${setting} gets no request, and the message has no line to copy that would allow it`, async () => {
      const said = await run({ iamEndpoint: "https://iam.cloud.ibm.com", [setting]: address });
      expect(reached).toEqual([]);
      expect(said).toContain("[UKO_HOST_NOT_ALLOWED]");
      expect(said).toContain(`stored setting ${setting}`);
      expect(said).not.toContain("UKO_ALLOWED_HOSTS=");
    });
  }
}

test("a state that names one service's host for another service gets no request", async () => {
  const iam = "https://iam.cloud.ibm.com";
  const uko = `https://${instanceId}.uko.eu-de.hs-crypto.appdomain.cloud`;
  const kms = "https://eu-de.kms.cloud.ibm.com";
  const wrong = [
    { endpoint: iam },
    { endpoint: kms },
    { kmsEndpoint: iam },
    { kmsEndpoint: uko },
    { iamEndpoint: uko },
    { iamEndpoint: kms },
    { iamEndpoint: "https://eu-de.broker.hs-crypto.cloud.ibm.com" },
  ];
  for (const stored of wrong) expect(await run(stored)).toContain("[UKO_HOST_NOT_ALLOWED]");
  expect(reached).toEqual([]);
});

test("a state that names the host of another instance gets no request, and both instances are named", async () => {
  for (const stored of [
    { endpoint: `https://${another}.uko.eu-de.hs-crypto.appdomain.cloud` },
    { kmsEndpoint: `https://${another}.api.eu-de.hs-crypto.appdomain.cloud` },
  ]) {
    const said = await run(stored);
    expect(said).toContain("[UKO_INSTANCE_MISMATCH]");
    expect(said).toContain(another);
    expect(said).toContain(instanceId);
  }
  expect(reached).toEqual([]);
});

test("a host that the victim allows for one port does not open its other ports and paths to the state", async () => {
  const allowed = { UKO_ALLOWED_HOSTS: "uko.example" };
  for (const endpoint of ["https://uko.example:8443", "https://uko.example/alice"]) {
    expect(await run({ endpoint }, allowed)).toContain("[UKO_HOST_NOT_ALLOWED]");
  }
  expect(reached).toEqual([]);
});

test("documented hosts in the state are still called, and IAM gets the key first", async () => {
  const endpoint = `https://${instanceId}.uko.eu-de.hs-crypto.appdomain.cloud`;
  const kmsEndpoint = `https://${instanceId}.api.eu-de.hs-crypto.appdomain.cloud`;
  expect(await run({ endpoint, kmsEndpoint })).toBe("was sent");
  expect(new Set(reached)).toEqual(new Set(["iam.cloud.ibm.com:443"]));
});

const keyProtect = { UKO_INSTANCE_ID: `crn:v1:bluemix:public:kms:eu-de:a/4a1b:${instanceId}::` };

test.each([
  ["in another region", "https://us-south.kms.cloud.ibm.com"],
  ["in another region, private", "https://private.us-south.kms.cloud.ibm.com"],
  ["of Dedicated, of another instance", `https://${another}.api.eu-de.kms.appdomain.cloud`],
  ["of Dedicated, in another region", `https://${instanceId}.api.us-south.kms.appdomain.cloud`],
  ["of Dedicated, without an instance", "https://api.eu-de.kms.appdomain.cloud"],
  ["of Dedicated, with a port", `https://${instanceId}.api.eu-de.kms.appdomain.cloud:8443`],
  ["with one more label", "https://x.eu-de.kms.cloud.ibm.com"],
  ["of an instance with UKO", `https://${instanceId}.api.eu-de.hs-crypto.appdomain.cloud`],
  ["on the victim's machine", "http://127.0.0.1:4711"],
])("a state that names a host of Key Protect %s gets no request", async (_, kmsEndpoint) => {
  expect(await run({ kmsEndpoint }, keyProtect)).toMatch(/\[UKO_(HOST_NOT_ALLOWED|INSTANCE_MISMATCH)\]/);
  expect(reached).toEqual([]);
});

test("a state that names a region or UKO for an instance of Key Protect gets no request", async () => {
  for (const stored of [{ region: "us-south" }, { endpoint: "https://uko.cloud.ibm.com" }]) {
    expect(await run(stored, keyProtect)).toContain("[UKO_SETTINGS_INVALID]");
  }
  expect(reached).toEqual([]);
});

test.each(["https://eu-de.kms.cloud.ibm.com", `https://${instanceId}.api.private.eu-de.kms.appdomain.cloud`])(
  "the instance's own host of Key Protect, %s, is called",
  async (kmsEndpoint) => {
    expect(await run({ kmsEndpoint }, keyProtect)).toBe("was sent");
    expect(new Set(reached)).toEqual(new Set(["iam.cloud.ibm.com:443"]));
  },
);

test("the command's own environment may still name a host that is not IBM's, once UKO_ALLOWED_HOSTS lists it", async () => {
  const UKO_IAM_ENDPOINT = `https://${cluster}:30263/path`;
  const refused = await run({}, { UKO_IAM_ENDPOINT });
  expect(reached).toEqual([]);
  expect(refused).toContain(`add ${cluster}:30263 to UKO_ALLOWED_HOSTS`);
  expect(await run({}, { UKO_IAM_ENDPOINT, UKO_ALLOWED_HOSTS: `${cluster}:30263` })).toBe("was sent");
  expect(reached[0]).toBe(`${cluster}:30263`);
});
