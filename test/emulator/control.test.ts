import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { advanceClock } from "../../provider/emulator/control/clock-client.ts";
import { parseDurationMs } from "../../provider/emulator/store/clock.ts";
import { apiKeys, auditOf, requestToken, send, stageFreshWorld } from "./harness.ts";

const world = stageFreshWorld();

const fault = (rule: object) => world.control("faults", rule);
const get = async (path: string): Promise<Record<string, unknown>> =>
  (await (await fetch(`${world.url}/_emulator/${path}`)).json()) as Record<string, unknown>;

describe("the clock", () => {
  it("when frozen, moves only by a second per write that took effect", async () => {
    await world.control("clock", { set: "2026-11-24T12:00:00Z", freeze: true });
    const { id } = (await world.as("bob").create()).body;
    await world.as("bob").key(id);
    await world.as("erin").patch(id, { description: "refused" });
    await world.as("alice").patch(id, { description: "kept" });
    expect(await get("clock")).toEqual({ now: "2026-11-24T12:00:02.000Z", frozen: true, tickMs: 1000 });
  });

  it("continues from its time when it is no longer frozen", async () => {
    await world.control("clock", { set: "2030-01-01T00:00:00Z", freeze: true });
    await world.control("clock", { freeze: false });
    const { now, frozen } = await get("clock");
    expect(frozen).toBe(false);
    expect(Math.abs(Date.parse(String(now)) - Date.parse("2030-01-01T00:00:00Z"))).toBeLessThan(2_000);
  });

  it.each([
    ["4h", 14_400_000],
    ["1d12h", 129_600_000],
    ["30d", 2_592_000_000],
    ["90s", 90_000],
    ["PT4H", 14_400_000],
    ["P1DT1S", 86_401_000],
    ["P2W", 1_209_600_000],
    [250, 250],
    ["soon", undefined],
    ["P", undefined],
    ["", undefined],
  ])("reads the duration %s", (text, expected) => {
    expect(parseDurationMs(text)).toBe(expected);
  });

  it("advances for the command line, which learns of a refusal and of a missing emulator", async () => {
    const { signal } = new AbortController();
    await world.control("clock", { set: "2030-01-01T00:00:00Z", freeze: true });
    expect(await advanceClock(world.url, "5h", signal)).toBe(Date.parse("2030-01-01T05:00:00Z"));
    await expect(advanceClock(world.url, "soon", signal)).rejects.toThrow(
      `"soon" is not a duration, such as 5h, 31d or PT4H`,
    );
    const refused = (url: string) => advanceClock(url, "5h", signal).catch((error: Error) => error.message);
    expect(await refused("http://127.0.0.1:1")).toBe(
      [
        "No emulator answers at http://127.0.0.1:1.",
        "Next: start one in another terminal:",
        "  uko emulator --port 1",
        "Or name the address of another one with --url.",
      ].join("\n"),
    );
    expect(await refused("no address")).toContain("\n  uko emulator\n");
    expect(await refused("https://127.0.0.1:1")).toContain("\n  uko emulator --port 1 --tls\n");
    await expect(advanceClock(world.url, "5h", AbortSignal.abort())).rejects.toThrow("No emulator answers");
  });

  it("is not advanced through a server that redirects to it", async () => {
    const server = createServer((_, response) => {
      response.writeHead(307, { location: `${world.url}/_emulator/clock` }).end();
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const advanced = advanceClock(url, "5h", new AbortController().signal);
    await expect(advanced).rejects.toThrow(`No emulator answers at ${url}`);
  });

  it("refuses what it does not understand", async () => {
    expect((await world.control("clock", { advance: "soon" })).status).toBe(400);
    expect((await world.control("clock", { forward: 1 })).status).toBe(400);
  });
});

describe("faults", () => {
  it("a dropped request has no effect when dropped before, and has it when dropped after", async () => {
    const { id } = await world.keyIn("active");
    await fault({ operation: "deactivateManagedKey", drop: "before", times: 1 });
    await expect(world.as("alice").step(id, "deactivate")).rejects.toThrow();
    expect((await world.as("alice").key(id)).body.state).toBe("active");
    await fault({ operation: "deactivateManagedKey", drop: "after", times: 1 });
    await expect(world.as("alice").step(id, "deactivate")).rejects.toThrow();
    expect((await world.as("alice").key(id)).body.state).toBe("deactivated");
    const steps = (await auditOf(world)).filter((entry) => entry.operation === "deactivateManagedKey");
    expect(steps).toMatchObject([
      { dropped: "before", effect: false, status: 0, keyId: id },
      { dropped: "after", effect: true, status: 200, from: "active", to: "deactivated" },
    ]);
  });

  it("a status replaces the effect, or only its response", async () => {
    const { id } = await world.keyIn("active");
    await fault({ operation: "updateManagedKey", status: 503, retryAfter: 7, times: 1 });
    const before = await world.as("alice").patch(id, { description: "one" });
    expect([before.status, before.headers.get("retry-after"), before.body.errors[0]?.code]).toEqual([
      503,
      "7",
      "emulated_fault",
    ]);
    expect((await world.as("alice").key(id)).body.description).toBe("");
    await fault({ operation: "updateManagedKey", status: 504, when: "after", body: "<html>gateway</html>", times: 1 });
    const after = await world.as("alice").patch(id, { description: "two" });
    expect([after.status, after.text]).toEqual([504, "<html>gateway</html>"]);
    expect((await world.as("alice").key(id)).body.description).toBe("two");
  });

  it("match by method and path, key, backing key, caller, and count", async () => {
    const one = await world.keyIn("active");
    const two = await world.keyIn("active");
    const backingKey = await world.backingKeyOf(two);
    await fault({ keyId: two.id, caller: "IBMid-550000ALICE", status: 500 });
    expect((await world.as("alice").key(one.id)).status).toBe(200);
    expect((await world.as("bob").key(two.id)).status).toBe(200);
    expect((await world.as("alice").key(two.id)).status).toBe(500);
    expect((await world.as("alice").kms("GET", `/keys/${backingKey.id}/metadata`)).status).toBe(500);
    await send(`${world.url}/_emulator/faults`, "DELETE");
    await fault({ method: "get", path: "/vaults", status: 502, skip: 1, times: 1 });
    const statuses = [];
    for (let round = 0; round < 3; round += 1)
      statuses.push((await world.as("alice").call("GET", "/api/v4/vaults")).status);
    expect(statuses).toEqual([200, 502, 200]);
  });

  it("strike each n-th of the requests that they match", async () => {
    await fault({ operation: "listVaults", status: 503, skip: 1, every: 3, times: 2 });
    const statuses = [];
    for (let round = 0; round < 9; round += 1)
      statuses.push((await world.as("alice").call("GET", "/api/v4/vaults")).status);
    expect(statuses).toEqual([200, 503, 200, 200, 503, 200, 200, 200, 200]);
  });

  it("strike IAM and KMS in their own envelopes", async () => {
    await fault({ operation: "token", status: 504, times: 1 });
    expect((await requestToken(world.url, apiKeys.alice)).body.errorCode).toBe("emulated_fault");
    await fault({ operation: "listKmsKeys", status: 429, retryAfter: 1, times: 1 });
    expect((await world.as("bob").kms("GET", "/keys")).body.resources[0]).toEqual({
      errorMsg: "A fault rule answered this request.",
    });
  });

  it("rewrite and leave out members of a response, in each item of a list too, and nothing of a refusal", async () => {
    const key = await world.keyIn("active", "cards");
    const paths = { "status_in_keystores.status": "moved", "no.such": 1, label: null, extra: [1] };
    await fault({
      operation: "getManagedKey",
      rewrite: paths,
      omit: ["status_in_keystores.keystore.id", "referenced_keystores", "no.such"],
    });
    const { body } = await world.as("carol").key(key.id);
    expect(body).toMatchObject({
      label: null,
      extra: [1],
      status_in_keystores: [{ status: "moved", keystore: { name: "aws-frankfurt" } }],
    });
    expect(body).not.toHaveProperty("no");
    expect(body).not.toHaveProperty("referenced_keystores");
    expect(body.status_in_keystores[0]).not.toHaveProperty("keystore.id");
    expect((await world.as("carol").key("00000000-0000-4000-8000-000000000000")).body).not.toHaveProperty("extra");
  });

  it("delay in real time", async () => {
    await fault({ operation: "listVaults", latencyMs: 80, times: 1 });
    const startedMs = performance.now();
    await world.as("alice").call("GET", "/api/v4/vaults");
    expect(performance.now() - startedMs).toBeGreaterThan(75);
  });

  it("hold a call until it is released", async () => {
    await world.as("alice").call("GET", "/api/v4/vaults");
    await fault({ operation: "listVaults", hold: "before", times: 1 });
    const pending = world.as("alice").call("GET", "/api/v4/vaults");
    await expect.poll(async () => ((await get("faults")).held as unknown[]).length).toBe(1);
    expect((await world.control("faults/release", {})).body.released).toBe(1);
    expect((await pending).status).toBe(200);
  });

  it.each([
    ["before", "active"],
    ["after", "deactivated"],
  ])("a held call whose client goes away counts as dropped %s the effect", async (hold, state) => {
    const { id } = await world.keyIn("active");
    const headers = { "if-match": (await world.as("alice").key(id)).headers.get("etag") ?? "" };
    const token = String((await requestToken(world.url, apiKeys.alice)).body.access_token);
    await fault({ operation: "deactivateManagedKey", hold, times: 1 });
    const client = new AbortController();
    const pending = fetch(`${world.url}/api/v4/managed_keys/${id}/deactivate`, {
      method: "POST",
      headers: { ...headers, authorization: `Bearer ${token}` },
      signal: client.signal,
    });
    await expect.poll(async () => ((await get("faults")).held as unknown[]).length).toBe(1);
    client.abort();
    await expect(pending).rejects.toThrow();
    await expect.poll(async () => (await auditOf(world)).at(-1)?.dropped).toBe(hold);
    expect((await world.as("alice").key(id)).body.state).toBe(state);
  });

  it("are listed with their counts, and removed one by one", async () => {
    const { id } = (await fault({ operation: "listVaults", status: 500 })).body;
    await world.as("alice").call("GET", "/api/v4/vaults");
    expect((await get("faults")).rules).toMatchObject([{ id, operation: "listVaults", status: 500, matched: 1 }]);
    expect((await send(`${world.url}/_emulator/faults/${id}`, "DELETE")).status).toBe(204);
    expect((await send(`${world.url}/_emulator/faults/${id}`, "DELETE")).status).toBe(404);
    expect((await fault({ operation: "listVaults", drop: "sideways" })).status).toBe(400);
  });
});

describe("the audit trail", () => {
  it("has caller, action and key of each request, refusals and reads included", async () => {
    const { id } = (await world.as("bob").create({ label: "payroll" })).body;
    await world.as("bob").step(id, "deactivate");
    await world.as("dave").step(id, "deactivate");
    const entries = (await auditOf(world)).filter((entry) =>
      ["createManagedKey", "getManagedKey", "deactivateManagedKey"].includes(entry.operation),
    );
    expect(entries).toMatchObject([
      {
        operation: "createManagedKey",
        callerName: "Bob Example",
        caller: "IBMid-550000BOB",
        label: "payroll",
        to: "active",
        status: 201,
        effect: true,
        keyId: id,
      },
      { operation: "getManagedKey", effect: false, keyId: id, status: 200 },
      {
        operation: "deactivateManagedKey",
        callerName: "Bob Example",
        status: 403,
        code: "forbidden",
        effect: false,
        from: "active",
      },
      { operation: "getManagedKey" },
      {
        operation: "deactivateManagedKey",
        caller: "iam-Profile-22222222-aaaa-4bbb-8ccc-000000000002",
        authn: "IBMid-550000DAVE",
        from: "active",
        to: "deactivated",
        effect: true,
      },
    ]);
  });

  it("shows the key as stored after a write, and what a DELETE left behind", async () => {
    const { id } = await world.keyIn("active", "cards");
    await world.as("alice").patch(id, { tags: [{ name: "uko_deletion", value: "7b7d" }], description: "text" });
    expect((await auditOf(world)).at(-1)?.after).toMatchObject({
      tags: [{ name: "uko_deletion", value: "7b7d" }],
      description: "text",
      updatedBy: "IBMid-550000ALICE",
    });
    const pending = await world.keyIn("pending", "cards");
    await world.as("bob").remove(pending.id, "?force=true");
    expect((await auditOf(world)).at(-1)).toMatchObject({
      operation: "deleteManagedKey",
      to: "removed",
      query: "?force=true",
      detail: { force: true, materialIn: ["aws-frankfurt"] },
    });
  });

  it("can be read from a sequence number on, and holds no credential", async () => {
    await world.as("alice").call("GET", "/api/v4/vaults");
    const all = await auditOf(world);
    const seq = all.at(-1)?.seq ?? 0;
    await world.as("alice").call("GET", "/api/v4/vaults");
    expect(await (await fetch(`${world.url}/_emulator/audit?since=${seq}`)).json()).toHaveLength(1);
    const text = JSON.stringify([all, await get("world")]);
    for (const apiKey of Object.values(apiKeys)) expect(text).not.toContain(apiKey);
  });
});

describe("reset and world", () => {
  it("reset brings the seeded world back: keys, clock, faults, switches, trail", async () => {
    await world.keyIn("destroyed");
    await fault({ operation: "listVaults", status: 500 });
    await world.control("switches", { tags: "dropped" });
    await world.control("reset", {});
    expect((await world.as("alice").call("GET", "/api/v4/managed_keys?state=destroyed")).body.total_count).toBe(0);
    expect((await world.as("alice").call("GET", "/api/v4/vaults")).status).toBe(200);
    expect(await get("switches")).toMatchObject({ tags: "kept" });
    expect(Math.abs(Date.parse(String((await get("clock")).now)) - Date.now())).toBeLessThan(5_000);
  });

  it("the same calls give the same ids after a reset", async () => {
    const first = (await world.as("bob").create()).body.id;
    await world.control("reset", {});
    expect((await world.as("bob").create()).body.id).toBe(first);
  });

  it("world shows keys with their deactivation time, and backing keys with their setter", async () => {
    const key = await world.keyIn("deactivated");
    await world.control(`keys/${key.id}`, {
      backingKey: { setForDeletion: { by: "IBMid-X", expiresAt: "2030-01-01T00:00:00Z" } },
    });
    const { keys, backingKeys } = await get("world");
    expect(keys).toMatchObject([{ id: key.id, deactivated_at: key.updated_at }]);
    expect(backingKeys).toMatchObject([
      { managedKeyId: key.id, setBy: "IBMid-X", dualAuthDelete: { enabled: true, keySetForDeletion: true } },
    ]);
  });

  it("changed metadata is a write of `updatedBy`, and is in the trail", async () => {
    const key = await world.keyIn("active");
    await world.control(`keys/${key.id}`, {
      record: { tags: [{ name: "a", value: "b" }], updatedBy: "IBMid-X", updatedAt: "2020-01-01T00:00:00Z" },
    });
    expect((await world.as("alice").key(key.id)).body).toMatchObject({
      tags: [{ name: "a", value: "b" }],
      updated_by: "IBMid-X",
      updated_at: "2020-01-01T00:00:00Z",
    });
    expect((await auditOf(world)).find((entry) => entry.operation === "control")).toMatchObject({
      caller: "IBMid-X",
      keyId: key.id,
      effect: true,
    });
  });

  it("returns 400 for an unknown key, keystore or member", async () => {
    expect((await world.control("keys/none", {})).status).toBe(400);
    expect((await world.control("keystores/none", {})).status).toBe(400);
    expect((await world.control("keystores/aws-frankfurt", { mood: "bad" })).status).toBe(400);
    expect((await world.control("switches", { tags: "eaten" })).status).toBe(400);
  });
});
