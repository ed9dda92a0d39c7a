import { spawn } from "node:child_process";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { createInterface } from "node:readline";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { startEmulator } from "../../provider/emulator/start.ts";
import { auditOf, send, stageWorld, startTestWorld, vaultId } from "./harness.ts";
import { code, keyBody } from "./kms-requests.ts";

const world = stageWorld();

describe("the broker (uko-v4.md 1.2)", () => {
  it("answers hosts without scheme that are this process", async () => {
    const response = await world.as("erin").call("GET", `/crypto_v2/instances/${world.emulator.instanceId}`);
    const host = world.url.replace("http://", "");
    expect(response.body).toMatchObject({
      instance_id: world.emulator.instanceId,
      uko: { public: host },
      kms: { public: host },
    });
  });

  it("returns 404 for an unknown instance (U37) and 401 without a token", async () => {
    expect((await world.as("erin").call("GET", "/crypto_v2/instances/other")).status).toBe(404);
    expect((await send(`${world.url}/crypto_v2/instances/${world.emulator.instanceId}`, "GET")).status).toBe(401);
  });
});

describe("the resource controller (kms-v2-and-iam.md 7.10)", () => {
  const instance = (id: string) =>
    world.as("erin").call("GET", `/v2/resource_instances/${encodeURIComponent(id)}`, undefined, {
      "x-original-user-agent": "terraform-provider-ibm/2.5.0",
    });

  it("answers the instance with the endpoints from which IBM's Terraform provider makes the address of KMS", async () => {
    const { body, status } = await instance(world.emulator.instanceId);
    const crn = `crn:v1:bluemix:public:hs-crypto:eu-de:a/emulated-account:${world.emulator.instanceId}::`;
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: crn, crn, guid: world.emulator.instanceId, state: "active", region_id: "eu-de" });
    expect(body.extensions).toEqual({ endpoints: { public: world.url, private: world.url } });
    expect((await instance(crn)).body).toEqual(body);
  });

  it("returns 404 for an unknown instance and 401 without a token", async () => {
    expect((await instance("other")).status).toBe(404);
    expect((await send(`${world.url}/v2/resource_instances/other`, "GET")).status).toBe(401);
  });
});

describe("every response", () => {
  it("carries a correlation id and the emulated Date (1.4)", async () => {
    await world.control("clock", { set: "2030-05-06T07:08:09Z" });
    const response = await world.as("alice").call("GET", `/api/v4/vaults/${vaultId}`);
    expect(response.headers.get("x-correlation-id")).toMatch(/^[-0-9a-f]{36}$/);
    expect(response.headers.get("date")).toMatch(/^Mon, 06 May 2030 07:08:/);
    expect((await fetch(`${world.url}/_emulator/health`)).headers.get("date")).toMatch(/^Mon, 06 May 2030/);
  });

  it("refuses in UKO's envelope, with the correlation id as trace (3.15)", async () => {
    const response = await send(`${world.url}/api/v4/vaults`, "GET");
    expect(response.status).toBe(401);
    expect(response.body).toMatchObject({
      status_code: 401,
      trace: response.headers.get("x-correlation-id"),
      errors: [{ code: "unauthorized" }],
    });
  });

  it("answers unknown paths with 404 in the API's own envelope", async () => {
    expect((await world.as("carol").call("GET", "/api/v4/nothing")).body.errors[0]?.code).toBe("not_found");
    const kms = await world.as("carol").kms("GET", "/keys/some-key/nothing");
    expect([kms.status, code(kms)]).toEqual([404, "EMULATED_UNKNOWN_PATH"]);
  });

  it("answers a target in absolute form, as a proxy sends it, by the name in the target alone", async () => {
    const { hostname: host, port } = new URL(world.url);
    const statusOf = async (path: string): Promise<number | undefined> => {
      const [response] = (await once(request({ host, port, path }).end(), "response")) as [IncomingMessage];
      return response.resume().statusCode;
    };
    expect(await statusOf(`${world.url}/health`)).toBe(200);
    expect(await statusOf("http://evil.example.com/health")).toBe(403);
    expect(await statusOf("//evil.example.com/health")).toBe(404);
    expect(await statusOf("*")).toBe(403);
  });

  it("takes a parameter that is not encoded well as it is", async () => {
    expect((await world.as("carol").call("GET", "/api/v4/managed_keys/%zz")).status).toBe(404);
  });

  it("refuses a body that is larger than a megabyte", async () => {
    expect((await world.as("carol").create({ description: "x".repeat(1_100_000) })).status).toBe(413);
  });

  it("reads bodies that IBM's SDKs compress, in every API, up to the same size", async () => {
    const carol = world.as("carol");
    const post = (path: string, body: object) =>
      carol.call("POST", path, gzipSync(JSON.stringify(body)), {
        "content-type": "application/json",
        "content-encoding": "gzip",
        "bluemix-instance": world.emulator.instanceId,
      });
    const key = { template_name: "payroll", vault: { id: vaultId }, label: "compressed" };
    expect((await post("/api/v4/managed_keys", key)).status).toBe(201);
    expect((await post("/api/v4/managed_keys", { ...key, description: "x".repeat(1_100_000) })).status).toBe(413);
    expect((await post("/api/v2/keys", keyBody())).status).toBe(201);
    // A body that is not what its header says.
    const plain = await carol.call("POST", "/api/v4/managed_keys", key, { "content-encoding": "gzip" });
    expect(plain.status).toBe(400);
  });
});

/** CPU time of this process, which a busy machine does not change; the least of three, without compilation. */
async function leastCpuMs(work: () => Promise<unknown>): Promise<number> {
  const timesMs: number[] = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    timesMs.push((user + system) / 1000);
  }
  return Math.min(...timesMs);
}

describe("starting", () => {
  it("listens after less than a second of CPU time", async () => {
    expect(await leastCpuMs(async () => (await startEmulator()).close())).toBeLessThan(1_000);
  });

  it("refuses a port in use, and an unknown profile by naming the known ones", async () => {
    await expect(startEmulator({ port: world.emulator.port })).rejects.toThrow(/EADDRINUSE/);
    await expect(startEmulator({ profile: "nonsense" })).rejects.toThrow(/tags-dropped/);
  });

  it("serves hundreds of requests per second of CPU time", async () => {
    const client = world.as("alice");
    const serve = async () => {
      for (let round = 0; round < 10; round += 1) {
        await Promise.all(Array.from({ length: 20 }, () => client.call("GET", `/api/v4/vaults/${vaultId}`)));
      }
    };
    expect(await leastCpuMs(serve)).toBeLessThan(2_000);
  });

  it("answers a failure of the emulator itself in JSON, too", async () => {
    const { audit } = world.emulator.world;
    vi.spyOn(audit, "append").mockImplementation(() => {
      throw new Error("the unforeseen");
    });
    vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    const response = await world.as("erin").call("GET", `/api/v4/vaults/${vaultId}`);
    expect([response.status, response.body.error]).toEqual([500, expect.stringContaining("the unforeseen")]);
  });

  it("keeps as many entries of the trail as the switch auditEntries says, the newest", async () => {
    const short = await startTestWorld({ switches: { auditEntries: 20 } });
    onTestFinished(short.close);
    for (let round = 0; round < 50; round += 1) await short.as("erin").call("GET", `/api/v4/vaults/${vaultId}`);
    const entries = await auditOf(short);
    expect(entries.length).toBeLessThanOrEqual(20);
    expect(entries.length).toBeGreaterThanOrEqual(10);
    expect(entries.at(-1)?.seq).toBeGreaterThan(50);
  });

  it("runs as a process of its own that prints one line and ends on SIGTERM", async () => {
    const script = new URL("../../provider/emulator/main.ts", import.meta.url).pathname;
    const child = spawn(process.execPath, [script, "--json", "--profile", "stale-status"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const { url, pid } = JSON.parse(line) as { url: string; pid: number };
    expect(pid).toBe(child.pid);
    expect((await send(`${url}/_emulator/health`, "GET")).body).toMatchObject({
      status: "ok",
      profile: "stale-status",
    });
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
