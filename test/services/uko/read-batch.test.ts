/** Cached reads of keys: how many calls they take, and what they may never hide. */

import { beforeEach, describe, expect, test } from "vitest";
import type { KeyRef } from "../../../provider/engine/ports/world.ts";
import { createUkoClient } from "../../../provider/services/uko/client.ts";
import { permitTo } from "../../support/permits.ts";
import { type Asked, never, type Reply, serviceAt, serviceTimeMs, useScriptedServer } from "../scripted-server.ts";

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const options = { signal: never() };
const ref = (at: number): KeyRef => ({ instanceId: "instance", vaultId, keyId: `k-${at}` });
const wire = (at: number, fields: object = {}) => ({
  ...{ id: `k-${at}`, label: `key ${at}`, state: "active", referenced_keystores: [], status_in_keystores: [] },
  ...fields,
});

const server = useScriptedServer();
let nowMs = 0;
let keysThere: readonly ReturnType<typeof wire>[] = [];
beforeEach(() => {
  nowMs = 0;
  keysThere = Array.from({ length: 1_000 }, (_, at) => wire(at));
  server.respond(service);
});

/** The vault's list and its keys. */
function service({ method, path }: Asked): Reply {
  const { pathname, searchParams } = new URL(path, server.url);
  const id = pathname.split("/")[4];
  if (id === undefined) {
    const [limit, offset] = [Number(searchParams.get("limit")), Number(searchParams.get("offset"))];
    return { body: { total_count: keysThere.length, managed_keys: keysThere.slice(offset, offset + limit) } };
  }
  const key = keysThere.find((each) => each.id === id);
  if (method === "DELETE") return { status: 204 };
  return key === undefined
    ? { status: 404, body: { trace: "t-1", errors: [{ code: "not_found", message: "no" }] } }
    : { headers: { etag: "e-1" }, body: key };
}

const client = () =>
  createUkoClient({
    ...serviceAt(server),
    monotonicMs: () => nowMs,
    sleep: async (_, signal) => signal.throwIfAborted(),
  }).keys;
const lists = () => server.asked.filter(({ path }) => path.includes("?")).length;

describe("cached reads of a vault", () => {
  test("that arrive together are one list of every state, in pages of 1,000", async () => {
    keysThere = Array.from({ length: 2_500 }, (_, at) => wire(at));
    const { cachedRead } = client();
    const seen = await Promise.all(keysThere.map((_, at) => cachedRead(ref(at), options)));
    expect(seen.map(({ value }) => value?.label)).toEqual(keysThere.map(({ label }) => label));
    expect(seen[7]).toMatchObject({ serviceTimeMs });
    expect(server.asked).toHaveLength(3);
    const query = new URL(server.asked[0]?.path ?? "", server.url).searchParams;
    expect(query.get("limit")).toBe("1000");
    expect(query.get("state")?.split(",")).toHaveLength(6);
  });

  test("that arrive one by one read the first key by itself, and the others from one list", async () => {
    const { cachedRead } = client();
    expect((await cachedRead(ref(0), options)).value?.keyId).toBe("k-0");
    expect(lists()).toBe(0);
    for (let at = 1; at < 200; at += 1) expect((await cachedRead(ref(at), options)).value?.keyId).toBe(`k-${at}`);
    expect(server.asked).toHaveLength(2);
  });

  test("that arrive one by one after a write of this run read one key each", async () => {
    const { cachedRead, remove } = client();
    await remove(await permitTo("remove", ref(0), "e-1"), options);
    server.asked.length = 0;
    for (let at = 1; at < 4; at += 1) await cachedRead(ref(at), options);
    expect(lists()).toBe(0);
    expect(server.asked).toHaveLength(3);
  });

  test("that begin within ten seconds of a list cost no call, and later ones a fresh read", async () => {
    const { cachedRead } = client();
    await Promise.all([cachedRead(ref(0), options), cachedRead(ref(1), options)]);
    nowMs = 9_999;
    await cachedRead(ref(2), options);
    expect(server.asked).toHaveLength(1);
    nowMs = 10_000;
    keysThere = keysThere.map((key) => ({ ...key, state: "destroyed" }));
    expect((await cachedRead(ref(2), options)).value?.stateWord).toBe("destroyed");
    expect(server.asked).toHaveLength(2);
  });

  test("after a whole list that was read for another purpose use that list", async () => {
    const { cachedRead, list } = client();
    await list({ vaultId }, options);
    server.asked.length = 0;
    await cachedRead(ref(0), options);
    expect(server.asked).toHaveLength(0);
  });

  test("never return data from before a change of this run", async () => {
    const { cachedRead, remove } = client();
    await Promise.all([cachedRead(ref(0), options), cachedRead(ref(1), options)]);
    await remove(await permitTo("remove", ref(0), "e-1"), options);
    keysThere = keysThere.slice(1);
    expect((await cachedRead(ref(0), options)).value).toBeUndefined();
  });

  test("read each key of a large vault once this run has written there, since its next write invalidates a list", async () => {
    const { cachedRead, remove } = client();
    await Promise.all([cachedRead(ref(0), options), cachedRead(ref(1), options)]);
    await remove(await permitTo("remove", ref(0), "e-1"), options);
    server.asked.length = 0;
    await Promise.all([cachedRead(ref(2), options), cachedRead(ref(3), options)]);
    expect(lists()).toBe(0);
    expect(server.asked).toHaveLength(2);
    await Promise.all(keysThere.slice(0, 40).map((_, at) => cachedRead(ref(at), options)));
    expect(lists()).toBe(1);
    expect(server.asked).toHaveLength(3);
  });

  test("are still one list after a write if the vault is small", async () => {
    keysThere = keysThere.slice(0, 50);
    const { cachedRead, remove } = client();
    await Promise.all([cachedRead(ref(0), options), cachedRead(ref(1), options)]);
    await remove(await permitTo("remove", ref(0), "e-1"), options);
    await Promise.all([cachedRead(ref(2), options), cachedRead(ref(3), options)]);
    expect(lists()).toBe(2);
  });

  test("report no key as gone that only the list leaves out", async () => {
    const hidden = wire(1_000);
    const { cachedRead } = client();
    server.respond((asked) =>
      asked.path.includes(hidden.id) ? { headers: { etag: "e" }, body: hidden } : service(asked),
    );
    const [, seen] = await Promise.all([cachedRead(ref(0), options), cachedRead(ref(1_000), options)]);
    expect(seen.value?.keyId).toBe(hidden.id);
    expect((await cachedRead(ref(1_001), options)).value).toBeUndefined();
  });

  test("read each key if few keys of a very large vault are requested", async () => {
    keysThere = Array.from({ length: 8_001 }, (_, at) => wire(at));
    const { cachedRead } = client();
    await Promise.all([cachedRead(ref(8_000), options), cachedRead(ref(7_999), options)]);
    expect(lists()).toBe(1);
    expect(server.asked).toHaveLength(3);
  });

  test.each<[string, Reply]>([
    ["for a caller who may read keys but not list them", { status: 403 }],
    ["if one key of the list is unreadable", { body: { total_count: 1, managed_keys: [{ id: "x" }] } }],
  ])("read each key %s, and try no list again", async (_, reply) => {
    const { cachedRead } = client();
    server.respond((asked) => (asked.path.includes("?") ? reply : service(asked)));
    const seen = await Promise.all([cachedRead(ref(0), options), cachedRead(ref(1), options)]);
    expect(seen.map(({ value }) => value?.keyId)).toEqual(["k-0", "k-1"]);
    await Promise.all([cachedRead(ref(2), options), cachedRead(ref(3), options)]);
    expect(lists()).toBe(1);
  });

  test.each([
    [401, "UKO_ACCESS_DENIED"],
    [503, "UKO_SERVICE_UNAVAILABLE"],
  ])("all fail if the list is answered with %i, and send nothing more", async (status, code) => {
    const { cachedRead } = client();
    server.respond(() => ({ status }));
    const seen = await Promise.allSettled([cachedRead(ref(0), options), cachedRead(ref(1), options)]);
    for (const end of seen) expect(end).toMatchObject({ status: "rejected", reason: { code } });
    expect(lists()).toBe(server.asked.length);
  });

  test("end for a canceled caller, and continue for the others", async () => {
    const { cachedRead } = client();
    server.respond((asked) => ({ ...service(asked), latencyMs: 50 }));
    const stop = new AbortController();
    const stopped = cachedRead(ref(0), { signal: stop.signal });
    const other = cachedRead(ref(1), options);
    setTimeout(() => stop.abort(), 10);
    await expect(stopped).rejects.toMatchObject({ code: "UKO_CANCELED" });
    expect((await other).value?.keyId).toBe("k-1");
  });

  test("of another instance, or with an invalid ID, are refused before any list", async () => {
    const { cachedRead } = client();
    const wrong = [
      { ...ref(0), instanceId: "other" },
      { ...ref(0), keyId: "../x" },
    ];
    for (const each of wrong)
      await expect(cachedRead(each, options)).rejects.toMatchObject({ code: /UKO_(INSTANCE|INPUT)/ });
    expect(server.asked).toHaveLength(0);
  });
});
