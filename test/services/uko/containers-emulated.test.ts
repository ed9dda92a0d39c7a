/** Refused changes of a vault, and the rotation and alignment of a key, in the emulator. */

import { expect, test } from "vitest";
import type { ContainerRef } from "../../../provider/engine/ports/containers.ts";
import { stageWorld, vaultId } from "../../emulator/harness.ts";
import { adaptersOf, refOf } from "../emulated.ts";
import { never } from "../scripted-server.ts";

const options = { signal: never() };
const world = stageWorld();

const carol = () => adaptersOf(world, "carol");
test("a caller who may not change a container gets the required role, and a stale ETag changes nothing", async () => {
  const ref: ContainerRef = { kind: "vault", id: vaultId, vaultId, instanceId: world.emulator.instanceId };
  const { value } = await carol().vaults.read(ref, options);
  const erin = await adaptersOf(world, "erin").vaults.update(ref, { description: "x" }, value?.etag ?? "", options);
  expect(erin).toMatchObject({ kind: "forbidden", message: expect.stringMatching(/Vault Administrator/) });
  expect(await carol().vaults.update(ref, { description: "x" }, "2000-01-01T00:00:00Z", options)).toEqual({
    kind: "stale",
  });
});

test("a key is rotated, and aligned with its template", async () => {
  const key = await world.keyIn("active");
  const { keys } = carol();
  const before = (await keys.read(refOf(world, key.id), options)).value;
  await world.advance("2h");
  expect(await keys.rotate(refOf(world, key.id), before?.etag ?? "", options)).toMatchObject({ kind: "done" });
  const after = (await keys.read(refOf(world, key.id), options)).value;
  expect(after?.snapshot.version).toBe((before?.snapshot.version ?? 0) + 1);
  expect(await keys.align(refOf(world, key.id), after?.etag ?? "", options)).toMatchObject({ kind: "done" });
});
