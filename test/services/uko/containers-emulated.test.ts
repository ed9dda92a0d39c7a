/** Vaults, keystores and templates in the emulator: what one call creates, the next one returns. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { ContainerRef, WithEtag } from "../../../provider/engine/ports/containers.ts";
import type { Written } from "../../../provider/engine/ports/world.ts";
import { startTestWorld, type TestWorld, vaultId } from "../../emulator/harness.ts";
import { adaptersOf, refOf } from "../emulated.ts";
import { never } from "../scripted-server.ts";

const options = { signal: never() };
let world: TestWorld;
beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world.close());

const carol = () => adaptersOf(world, "carol");
const at = (kind: ContainerRef["kind"], id: string, inVault: string): ContainerRef => ({
  kind,
  id,
  vaultId: inVault,
  instanceId: world.emulator.instanceId,
});
function done<T>(written: Written<T>): T {
  if (written.kind !== "done") throw new Error(JSON.stringify(written));
  return written.value;
}
const idOf = (made: WithEtag<{ readonly id: string }>): string => made.snapshot.id;

test("a vault, a keystore and a template are created, read, changed, listed and removed", async () => {
  const { vaults, keystores, templates } = carol();
  const vault = done(await vaults.create({ name: "made", description: "d" }, options));
  const vaultRef = at("vault", idOf(vault), idOf(vault));
  expect(done(await vaults.update(vaultRef, { name: "renamed" }, vault.etag, options)).snapshot.name).toBe("renamed");

  const fields = { aws_region: "eu_central_1", aws_access_key_id: "id", aws_secret_access_key: "planted" };
  const wanted = { vaultId: vaultRef.id, type: "aws_kms", name: "aws", groups: ["group"], fields };
  const keystore = done(await keystores.create(wanted, options));
  const keystoreRef = at("keystore", idOf(keystore), vaultRef.id);
  const read = (await keystores.read(keystoreRef, options)).value;
  expect(read?.snapshot).toMatchObject({ type: "aws_kms", groups: ["group"], fields: { aws_region: "eu_central_1" } });
  expect(JSON.stringify(read)).not.toContain("planted");
  expect(await keystores.status(keystoreRef, options)).toMatchObject({ health: "ok" });
  expect((await keystores.list({ vaultId: vaultRef.id }, options)).map(({ id }) => id)).toEqual([keystoreRef.id]);

  const template = done(
    await templates.create(
      {
        vaultId: vaultRef.id,
        name: "tpl",
        algorithm: "aes",
        size: "256",
        activationPeriod: "P1D",
        expirationPeriod: "P1Y",
        keyState: "active",
        keystoreType: "aws_kms",
        group: "group",
      },
      options,
    ),
  );
  const templateRef = at("template", idOf(template), vaultRef.id);
  const archived = done(await templates.archive(templateRef, template.etag, options));
  expect(archived.snapshot).toMatchObject({ isArchived: true, keystoreType: "aws_kms", group: "group" });
  expect(await templates.list({ vaultId: vaultRef.id }, options)).toHaveLength(1);
  const back = done(await templates.unarchive(templateRef, archived.etag, options));

  expect(
    await vaults.remove(vaultRef, (await vaults.read(vaultRef, options)).value?.etag ?? "", options),
  ).toMatchObject({
    kind: "refused",
    status: 409,
  });
  done(await templates.remove(templateRef, back.etag, options));
  done(await keystores.remove(keystoreRef, (await keystores.read(keystoreRef, options)).value?.etag ?? "", options));
  done(await vaults.remove(vaultRef, (await vaults.read(vaultRef, options)).value?.etag ?? "", options));
  expect((await vaults.read(vaultRef, options)).value).toBeUndefined();
});

const variants = {
  google: {
    keystoreType: "google_kms",
    google: { protectionLevel: "hsm", purpose: "encrypt_decrypt", algorithm: "google_symmetric_encryption" },
  },
  azure: { keystoreType: "azure_key_vault", azure: { protectionLevel: "hsm", operations: ["encrypt", "decrypt"] } },
  cca: { keystoreType: "cca", cca: { usageControl: "signature_only", keyType: "data", keyWords: ["WORD"] } },
};

test.each(Object.entries(variants))(
  "a template for %s is read with each property that was written",
  async (name, variant) => {
    const { templates } = carol();
    const wanted = {
      ...{ vaultId, name, description: "Ledger", namingScheme: "<app>-key", algorithm: "aes", size: "256" },
      ...{ activationPeriod: "P1D", expirationPeriod: "P1Y", keyState: "pre_activation", deactivateOnRotation: true },
      ...{ group: "group", keystoreNamingScheme: "<app>", ...variant },
    };
    const made = done(await templates.create(wanted, options));
    expect(made.snapshot).toMatchObject(wanted);
    const changed = {
      ...{ name: `${name}-2`, description: "", size: "192", activationPeriod: "P2D", expirationPeriod: "P2Y" },
      ...{ keyState: "active", deactivateOnRotation: false, group: "other" },
    };
    const ref = at("template", idOf(made), vaultId);
    const updated = done(await templates.update(ref, changed, made.etag, options));
    expect(updated.snapshot).toMatchObject({ ...wanted, ...changed });
  },
);

test("a caller who may not change a container gets the required role, and a stale ETag changes nothing", async () => {
  const ref = at("vault", vaultId, vaultId);
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
