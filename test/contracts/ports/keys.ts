/** The contract of every implementation of the port `Keys`, with any service. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KeyRef, Keys, KeyWithEtag, Permitted } from "../../../provider/engine/ports/world.ts";
import { permitTo } from "../../support/permits.ts";

/** A service with one vault, and a template in it whose keys are active at once. */
export interface KeysUnderTest {
  readonly instanceId: string;
  readonly vaultId: string;
  readonly templateName: string;
  /** With every right. */
  readonly keys: Keys;
  /** With the right to read, and no other. */
  readonly reader: Keys;
  /** With a credential that the service does not accept. */
  readonly stranger: Keys;
  /** What the service will write as the last writer of `keys`. */
  readonly writesAs: string;
  advance(hours: number): Promise<void>;
  close(): Promise<void>;
}

const absentId = "00000000-0000-4000-8000-000000000000";
const signal = new AbortController().signal;

/** `cannot` names the tests that an implementation cannot pass, each with its reason, which is printed. */
export function describeKeys(
  name: string,
  start: () => Promise<KeysUnderTest>,
  cannot: Readonly<Record<string, string>> = {},
): void {
  describe(`Keys: ${name}`, () => {
    const promise = (title: string, run: () => Promise<void>): void => {
      const reason = cannot[title];
      if (reason === undefined) test(title, run);
      else test.skip(`${title} (cannot: ${reason})`, run);
    };
    let service: KeysUnderTest;
    let count = 0;
    beforeAll(async () => {
      service = await start();
    });
    afterAll(() => service.close());

    const refTo = (keyId: string): KeyRef => ({ instanceId: service.instanceId, vaultId: service.vaultId, keyId });
    const create = async (label?: string): Promise<KeyRef> => {
      count += 1;
      const key = {
        vaultId: service.vaultId,
        templateName: service.templateName,
        label: label ?? `contract ${count}`,
        tags: [],
      };
      return refTo(done(await service.keys.create(key, { signal })).snapshot.keyId);
    };
    const read = async (ref: KeyRef): Promise<KeyWithEtag> => {
      const { value } = await service.keys.read(ref, { signal });
      if (value === undefined) throw new Error("The key is not there.");
      return value;
    };
    const act = async (ref: KeyRef, action: "deactivate" | "destroy"): Promise<KeyWithEtag> =>
      done(await service.keys.act(await permitTo(action, ref, (await read(ref)).etag), { signal }));

    promise("a created key is read back with what was sent, its writer, its time and an ETag", async () => {
      const tags = [{ name: "team", value: "payroll" }];
      const end = await service.keys.create(
        { vaultId: service.vaultId, templateName: service.templateName, label: "read back", description: "a\nb", tags },
        { signal },
      );
      const made = done(end);
      const { snapshot, etag } = await read(refTo(made.snapshot.keyId));
      expect(snapshot).toMatchObject({
        label: "read back",
        description: "a\nb",
        tags,
        stateWord: "active",
        vaultId: service.vaultId,
        templateName: service.templateName,
        version: 1,
        createdBy: service.writesAs,
        updatedBy: service.writesAs,
      });
      expect(etag).toBe(made.etag);
      const { serviceTimeMs } = await service.keys.read(refTo(made.snapshot.keyId), { signal });
      expect(Math.abs(serviceTimeMs - (snapshot.updatedAtMs ?? 0))).toBeLessThan(10_000);
    });

    promise("an absent key is not an error, and an absent key's change is refused with 404", async () => {
      expect((await service.keys.read(refTo(absentId), { signal })).value).toBeUndefined();
      expect(await service.keys.act(await permitTo("deactivate", refTo(absentId), "x"), { signal })).toMatchObject({
        kind: "refused",
        status: 404,
      });
    });

    promise("a key of another instance is never requested", async () => {
      const ref = { ...refTo(absentId), instanceId: "another" };
      await expect(service.keys.read(ref, { signal })).rejects.toMatchObject({ code: "UKO_INSTANCE_MISMATCH" });
      await expect(service.keys.remove(await permitTo("remove", ref, "x"), { signal })).rejects.toMatchObject({
        code: "UKO_INSTANCE_MISMATCH",
      });
    });

    promise("a key that is in another vault than the reference says is returned with its own vault", async () => {
      const ref = await create();
      const { value } = await service.keys.read({ ...ref, vaultId: absentId }, { signal });
      expect(value?.snapshot.vaultId).toBe(service.vaultId);
    });

    promise("an invalid ID never becomes a path", async () => {
      for (const keyId of ["", "../vaults", "a/b", "a?force=true", "A"]) {
        await expect(service.keys.read(refTo(keyId), { signal })).rejects.toMatchObject({ code: "UKO_INPUT_INVALID" });
      }
    });

    promise("an update changes what it names and nothing else, under a new ETag", async () => {
      const ref = await create();
      const before = await read(ref);
      await service.advance(1);
      const patch = { description: "new", tags: [{ name: "a", value: "1" }], expirationDate: "2031-01-01" };
      const after = done(await service.keys.update(ref, patch, before.etag, { signal }));
      expect(after.snapshot).toMatchObject({ ...patch, label: before.snapshot.label });
      expect(after.etag).not.toBe(before.etag);
      expect((await read(ref)).snapshot.tags).toEqual(patch.tags);
    });

    promise("every change with an old ETag is stale, and changes nothing", async () => {
      const ref = await create();
      const { etag } = await read(ref);
      await service.advance(1);
      done(await service.keys.update(ref, { description: "moved on" }, etag, { signal }));
      const current = await read(ref);
      const stale = [
        await service.keys.update(ref, { description: "late" }, etag, { signal }),
        await service.keys.act(await permitTo("deactivate", ref, etag), { signal }),
        await service.keys.sync(ref, etag, { signal }),
      ];
      expect(stale).toEqual([{ kind: "stale" }, { kind: "stale" }, { kind: "stale" }]);
      expect(await read(ref)).toEqual(current);
    });

    promise("a key is deactivated, after four hours destroyed, and after the pending period removed", async () => {
      const ref = await create();
      expect((await act(ref, "deactivate")).snapshot.stateWord).toBe("deactivated");
      const early = await service.keys.act(await permitTo("destroy", ref, (await read(ref)).etag), { signal });
      expect(early).toMatchObject({ kind: "refused", status: 409, message: expect.stringMatching(/4 hours/) });
      await service.advance(5);
      expect((await act(ref, "destroy")).snapshot.stateWord).toBe("destroyed");
      const pending = await service.keys.liveStatus(ref, { signal });
      expect(pending.value[0]).toMatchObject({ status: "pending_destruction", syncFlag: "ok" });
      expect(pending.value[0]?.destructionAtMs).toBeGreaterThan(pending.serviceTimeMs);
      expect(
        await service.keys.remove(await permitTo("remove", ref, (await read(ref)).etag), { signal }),
      ).toMatchObject({
        kind: "refused",
        status: 409,
      });
      await service.advance(31 * 24);
      expect((await service.keys.liveStatus(ref, { signal })).value[0]).toMatchObject({ status: "not_present" });
      expect(
        done(await service.keys.remove(await permitTo("remove", ref, (await read(ref)).etag), { signal })),
      ).toBeUndefined();
      expect((await service.keys.read(ref, { signal })).value).toBeUndefined();
      expect(await service.keys.remove(await permitTo("remove", ref, "x"), { signal })).toMatchObject({
        kind: "refused",
        status: 404,
      });
    });

    promise("a deactivated key can be activated again, and synced", async () => {
      const ref = await create();
      await act(ref, "deactivate");
      const activated = done(await service.keys.activate(ref, (await read(ref)).etag, { signal }));
      expect(activated.snapshot.stateWord).toBe("active");
      const synced = done(await service.keys.sync(ref, (await read(ref)).etag, { signal }));
      expect(synced[0]).toMatchObject({ status: "active", syncFlag: "ok" });
    });

    promise("lists show keys in every state, each once, and a label means that label", async () => {
      const ref = await create("listed");
      await create("listed too");
      await act(ref, "deactivate");
      const filter = { vaultId: service.vaultId };
      const all = await service.keys.list(filter, { signal });
      expect(all.filter(({ keyId }) => keyId === ref.keyId)).toMatchObject([{ stateWord: "deactivated" }]);
      const labelled = await service.keys.list({ ...filter, label: "listed" }, { signal });
      expect(labelled.map(({ keyId }) => keyId)).toEqual([ref.keyId]);
      expect(await service.keys.list({ ...filter, label: "nowhere" }, { signal })).toEqual([]);
    });

    promise("a key without a resource that uses it is returned as unused", async () => {
      expect(await service.keys.use(await create(), { signal })).toEqual({
        ...{ kind: "known", count: 0, retainedBy: [], resources: [] },
      });
    });

    promise("a caller without a right gets an error that names the right, and changes nothing", async () => {
      const ref = await create();
      const current = await read(ref);
      const key = { vaultId: service.vaultId, templateName: service.templateName, label: "not made", tags: [] };
      const ends = [
        await service.reader.create(key, { signal }),
        await service.reader.update(ref, { description: "x" }, current.etag, { signal }),
        await service.reader.act(await permitTo("deactivate", ref, current.etag), { signal }),
        await service.reader.sync(ref, current.etag, { signal }),
      ];
      for (const end of ends) {
        expect(end).toMatchObject({
          kind: "forbidden",
          message: expect.stringMatching(/hs-crypto\.managed-keys\.\S+ \(role /),
        });
      }
      expect(await read(ref)).toEqual(current);
      const list = service.reader.list({ vaultId: service.vaultId }, { signal });
      await expect(list).rejects.toMatchObject({
        code: "UKO_RIGHTS_MISSING",
        message: expect.stringMatching(/managed-keys\.list/),
      });
    });

    promise(
      "a caller that the service does not accept gets an error, and never learns that a key is gone",
      async () => {
        const ref = await create();
        const calls = [
          service.stranger.read(ref, { signal }),
          service.stranger.liveStatus(ref, { signal }),
          service.stranger.use(ref, { signal }),
          service.stranger.list({ vaultId: service.vaultId }, { signal }),
          service.stranger.act(await permitTo("deactivate", ref, "x"), { signal }),
        ];
        for (const call of calls) await expect(call).rejects.toMatchObject({ code: "UKO_ACCESS_DENIED" });
      },
    );

    promise("a canceled run makes no call", async () => {
      const stopped = { signal: AbortSignal.abort() };
      await expect(service.keys.read(refTo(absentId), stopped)).rejects.toMatchObject({ code: "UKO_CANCELED" });
      await expect(service.keys.act(await permitTo("destroy", refTo(absentId), "x"), stopped)).rejects.toMatchObject({
        code: "UKO_CANCELED",
      });
    });
  });
}

function done<T>(end: Permitted<T>): T {
  if (end.kind === "done") return end.value;
  throw new Error(`Not done: ${JSON.stringify(end)}`);
}
