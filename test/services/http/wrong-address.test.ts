/** A setting that names a wrong server: the error names the address and the setting, and never the credential. */

import { describe, expect, test } from "vitest";
import type { Endpoint } from "../../../provider/services/http/allowed-hosts.ts";
import { noResponseError } from "../../../provider/services/http/read-result.ts";
import { createTransport } from "../../../provider/services/http/transport.ts";
import { createTokens } from "../../../provider/services/iam.ts";
import { throwReadError } from "../../../provider/services/uko/errors.ts";
import { aClient, never, serviceAt, useScriptedServer } from "../scripted-server.ts";

const server = useScriptedServer();
const page = "<!doctype html><title>Welcome</title>";
const instanceId = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e";

/** The message of a failed read of UKO at the address. */
async function readError(url: string): Promise<string> {
  const endpoint: Endpoint = { url, source: "environment", role: "uko", instanceId };
  const service = { name: "Unified Key Orchestrator", root: (base: string) => base, throwReadError };
  const options = { ...serviceAt(server, { token: "secret-token" }), endpoint: async () => endpoint };
  const read = createTransport(service, options).read(
    { path: "/managed_keys", signal: never() },
    { action: "hs-crypto.discovery.listVaults", roles: [] },
  );
  return messageOf(read);
}

async function tokenError(): Promise<string> {
  const tokens = createTokens({
    http: aClient().http,
    credential: { kind: "api_key", read: () => "secret-key" },
    endpoint: server.endpoint,
    sha256: (text) => text,
    monotonicMs: () => 0,
  });
  return messageOf(tokens.token(never()));
}

async function messageOf(failing: Promise<unknown>): Promise<string> {
  const error = await failing.then(
    () => new Error("it succeeded"),
    (fault: Error & { detail?: string }) => fault,
  );
  const text = `${error.message}\n${"detail" in error ? error.detail : ""}`;
  expect(text).not.toContain("secret");
  return text;
}

describe("a web page at the address of a service", () => {
  test.each([200, 302, 401, 403, 404])("is from another server, whatever its status says (%i)", async (status) => {
    server.script({ status, body: page });
    const host = new URL(server.url).host;
    const uko = await readError(server.url);
    expect(uko).toContain(`Another server than Unified Key Orchestrator answers at ${host}`);
    expect(uko).toMatch(/Next: correct UKO_ENDPOINT/);
    const iam = await tokenError();
    expect(iam).toContain(`The address ${host} comes from UKO_IAM_ENDPOINT`);
    expect(iam).toMatch(/Next: correct UKO_IAM_ENDPOINT/);
  });

  test("is from a busy gateway if its status says so, and the read can be repeated", async () => {
    server.script({ status: 503, body: page });
    expect(await readError(server.url)).toMatch(/is not available.*again later/s);
  });
});

test("a refusal without IAM's own code names the address, because another server may have refused", async () => {
  server.script({ status: 404, body: { error: "not found" } });
  expect(await tokenError()).toMatch(/comes from UKO_IAM_ENDPOINT.*Next: correct UKO_IAM_ENDPOINT/s);
  server.script({
    status: 400,
    body: { errorCode: "BXNIM0415E", errorMessage: "Provided API key could not be found" },
  });
  expect(await tokenError()).toContain("Check UKO_API_KEY");
});

test("a server without TLS at an https address gets the same address with http, on this machine alone", async () => {
  const error = await readError(server.url.replace("http:", "https:"));
  expect(error).toMatch(/could not be reached.*The address comes from UKO_ENDPOINT/s);
  expect(error).toContain(`\n  export UKO_ENDPOINT=${server.url}`);
});

test("a documented host that does not speak TLS is behind a wrong proxy, and no setting names it", () => {
  const endpoint: Endpoint = { url: "https://iam.cloud.ibm.com", source: "built_in", role: "iam" };
  const { detail } = noResponseError("IBM Cloud IAM", {
    ...{ kind: "none", why: "broken", reason: "the connection failed", isWithoutTls: true, endpoint },
  });
  expect(detail).toContain("Next: check the proxy (HTTPS_PROXY)");
  expect(detail).not.toContain("correct the host");
});

test("an address of this machine without a port gets the port of its protocol in the command", async () => {
  const url = "http://127.47.11.8";
  const { http } = aClient({ allowedHosts: ["127.47.11.8"] });
  const endpoint: Endpoint = { url, source: "environment", role: "iam" };
  const end = await http.send({ endpoint, method: "GET", path: () => "/", resend: "never", signal: never() });
  if (end.kind !== "none") throw new Error("a server answers there");
  expect(noResponseError("IBM Cloud IAM", end).detail).toContain("\n  uko emulator --port 80");
});
