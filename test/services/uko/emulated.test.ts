/** UKO v4 through the adapters, with the emulator. */

import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTokens } from "../../../provider/services/iam.ts";
import { createUkoClient } from "../../../provider/services/uko/client.ts";
import { describeKeys } from "../../contracts/ports/keys.ts";
import { auditOf, startTestWorld, type TestWorld, vaultId } from "../../emulator/harness.ts";
import { permitTo } from "../../support/permits.ts";
import { adaptersOf, refOf } from "../emulated.ts";
import { aClient } from "../scripted-server.ts";

const signal = new AbortController().signal;

for (const profile of ["documented", "stale-status", "unique-etags"]) {
  const start = async () => {
    const world = await startTestWorld({ profile });
    await world.control("clock", { freeze: true });
    return {
      instanceId: world.emulator.instanceId,
      vaultId,
      templateName: "payroll",
      keys: adaptersOf(world, "carol").keys,
      reader: adaptersOf(world, "erin").keys,
      stranger: strangerOf(world),
      writesAs: "IBMid-550000CAROL",
      advance: (hours: number) => world.advance(hours * 3_600_000),
      close: world.close,
    };
  };
  describeKeys(`UKO v4 with the emulator, profile ${profile}`, start);
}

/** A caller with a token that this service never issued. */
function strangerOf(world: TestWorld) {
  const http = aClient().http;
  const iam = { url: world.url, source: "environment", role: "iam" } as const;
  const bearer = createTokens({
    http,
    credential: { kind: "token", read: () => "e30.e30.e30" },
    endpoint: iam,
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
    monotonicMs: () => 0,
  });
  const { instanceId } = world.emulator;
  const timing = { monotonicMs: () => 0, sleep: async () => {} };
  const uko = { ...iam, role: "uko", instanceId } as const;
  return createUkoClient({
    http,
    bearer,
    endpoint: async () => uko,
    instanceId,
    beforeWrite: async () => {},
    ...timing,
  }).keys;
}

const internal = { kind: "internal" };
const external = { kind: "external" };

describe("with the emulator", () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld();
  });
  afterAll(() => world.close());
  beforeEach(() => fetch(`${world.url}/_emulator/faults`, { method: "DELETE" }));
  const fault = (rule: object) => world.control("faults", rule);

  test("the actor is the person behind the token, and the broker proves the instance", async () => {
    const { session } = adaptersOf(world, "dave");
    expect(await session.actor({ signal })).toMatchObject({
      identity: { iamId: "IBMid-550000DAVE" },
      writesAs: { iamId: "iam-Profile-22222222-aaaa-4bbb-8ccc-000000000002" },
      displayName: "Dave Example",
    });
    expect(await session.isInstanceProven({ signal })).toBe(true);
  });

  test("a clock beyond the token's hour costs one fresh token", async () => {
    const { keys } = adaptersOf(world, "carol");
    const { id } = await world.keyIn("active");
    await keys.read(refOf(world, id), { signal });
    await world.advance("2h");
    expect((await keys.read(refOf(world, id), { signal })).value?.snapshot.keyId).toBe(id);
  });

  test("a creation with a lost response is one request, and its result is unknown", async () => {
    const { keys } = adaptersOf(world, "carol");
    const before = (await auditOf(world)).length;
    for (const drop of ["before", "after"]) {
      await fault({ operation: "createManagedKey", drop, times: 1 });
      const end = await keys.create({ vaultId, templateName: "payroll", label: `lost ${drop}`, tags: [] }, { signal });
      expect(end).toMatchObject({ kind: "lost" });
    }
    const creations = (await auditOf(world)).slice(before).filter(({ operation }) => operation === "createManagedKey");
    expect(creations.map(({ effect }) => effect)).toEqual([false, true]);
  });

  test.each([
    [{ status: 500 }, { kind: "lost" }],
    [{ status: 503, when: "after" }, { kind: "lost" }],
    [{ status: 504 }, { kind: "lost" }],
    [{ status: 408 }, { kind: "lost" }],
    [{ status: 302 }, { kind: "lost" }],
    [{ status: 202, body: {} }, { kind: "lost" }],
    [{ status: 200, body: "no key" }, { kind: "lost" }],
    [{ status: 400 }, { kind: "refused", status: 400 }],
    [{ status: 409 }, { kind: "refused", status: 409 }],
    [{ status: 410 }, { kind: "refused", status: 410 }],
    [{ status: 422 }, { kind: "refused", status: 422 }],
    [{ status: 424 }, { kind: "refused", status: 424 }],
    [{ status: 403 }, { kind: "forbidden" }],
    [{ status: 412 }, { kind: "stale" }],
    [{ drop: "before" }, { kind: "lost" }],
    [{ drop: "after" }, { kind: "lost" }],
  ])("a deactivation that meets %j is %j, and was sent once", async (rule, expected) => {
    const { keys } = adaptersOf(world, "carol");
    const ref = refOf(world, (await world.keyIn("active")).id);
    const { value } = await keys.read(ref, { signal });
    const before = (await auditOf(world)).length;
    await fault({ operation: "deactivateManagedKey", ...rule });
    expect(await keys.act(await permitTo("deactivate", ref, value?.etag ?? ""), { signal })).toMatchObject(expected);
    expect(
      (await auditOf(world)).slice(before).filter(({ operation }) => operation === "deactivateManagedKey"),
    ).toHaveLength(1);
  });

  test("a deactivation that meets a limiter is sent again, and stops without effect", async () => {
    const { keys } = adaptersOf(world, "carol");
    const ref = refOf(world, (await world.keyIn("active")).id);
    const { value } = await keys.read(ref, { signal });
    await fault({ operation: "deactivateManagedKey", status: 429, retryAfter: 1 });
    const end = keys.act(await permitTo("deactivate", ref, value?.etag ?? ""), { signal });
    await expect(end).rejects.toMatchObject({ code: "UKO_SERVICE_UNAVAILABLE" });
    await fetch(`${world.url}/_emulator/faults`, { method: "DELETE" });
    await fault({ operation: "deactivateManagedKey", status: 429, retryAfter: 1, times: 2 });
    expect(await keys.act(await permitTo("deactivate", ref, value?.etag ?? ""), { signal })).toMatchObject({
      kind: "done",
    });
  });

  test("a creation that meets a limiter counts as lost", async () => {
    await fault({ operation: "createManagedKey", status: 429 });
    const { keys } = adaptersOf(world, "carol");
    const end = await keys.create({ vaultId, templateName: "payroll", label: "limited", tags: [] }, { signal });
    expect(end).toMatchObject({ kind: "lost" });
  });

  test.each<[object, string]>([
    [{ status: 401 }, "UKO_ACCESS_DENIED"],
    [{ status: 403 }, "UKO_RIGHTS_MISSING"],
    [{ status: 429, retryAfter: 60 }, "UKO_SERVICE_UNAVAILABLE"],
    [{ status: 500 }, "UKO_SERVICE_UNAVAILABLE"],
    [{ status: 503 }, "UKO_SERVICE_UNAVAILABLE"],
    [{ status: 302 }, "UKO_RESPONSE_INVALID"],
    [{ status: 400 }, "UKO_RESPONSE_INVALID"],
    [{ status: 404, body: "no such route" }, "UKO_RESPONSE_INVALID"],
    [{ status: 200, body: "<html>" }, "UKO_RESPONSE_INVALID"],
    [{ status: 200, body: { label: "x", state: "destroyed" } }, "UKO_RESPONSE_INVALID"],
    [{ drop: "before" }, "UKO_SERVICE_UNAVAILABLE"],
  ])("a read that meets %j is %s, and never an absent key", async (rule, code) => {
    const { keys, containers } = adaptersOf(world, "carol");
    const ref = refOf(world, (await world.keyIn("active")).id);
    await fault({ operation: "getManagedKey", ...rule });
    await expect(keys.read(ref, { signal })).rejects.toMatchObject({ code });
    await fault({ operation: "getVault", ...rule });
    expect(await containers.vaultExists(vaultId, { signal })).toBe("unknown");
  });

  test("vaults are found or not, and internal keystores are distinguished from others, once per run", async () => {
    const { containers } = adaptersOf(world, "erin");
    expect(await containers.vaultExists(vaultId, { signal })).toBe("found");
    expect(await containers.vaultExists("00000000-0000-4000-8000-000000000000", { signal })).toBe("not_found");
    const first = (await auditOf(world)).length;
    const run = adaptersOf(world, "erin").containers;
    const ask = () => run.vaultExists(vaultId, { signal });
    expect(await Promise.all([ask(), ask(), ask()]), "keys side by side").toEqual(["found", "found", "found"]);
    expect((await auditOf(world)).slice(first).filter(({ operation }) => operation === "getVault")).toHaveLength(1);
    const before = (await auditOf(world)).length;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await containers.keystoreKind("ce110000-0000-4000-8000-000000000001", { signal })).toEqual(internal);
      expect(await containers.keystoreKind("ce110000-0000-4000-8000-000000000002", { signal })).toEqual(external);
    }
    expect(await auditOf(world)).toHaveLength(before + 2);
    expect(await containers.keystoreKind("00000000-0000-4000-8000-000000000000", { signal })).toMatchObject({
      kind: "unknown",
      reason: expect.stringContaining("does not find keystore 00000000-0000-4000-8000-000000000000"),
    });
  });
});
