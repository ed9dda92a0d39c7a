/** Keystores against the emulator: secrets as digests, groups that are never narrowed under a key, deletions that wait. */

import { describe, expect, test } from "vitest";
import type { World } from "../../provider/engine/ports/world.ts";
import { UNCHANGED } from "../../provider/engine/resource/unknown.ts";
import { UkoError } from "../../provider/errors.ts";
import { vaultId } from "../emulator/harness.ts";
import { checkedBy, containersOf, spiedOn } from "../engine/containers-harness.ts";
import { codeOf, options, unfinished, useEngineWorld } from "../engine/harness.ts";

const uko = useEngineWorld();

const payrollRing = "ce110000-0000-4000-8000-000000000001";
const internal = { vaultId, type: "internal", name: "ledger-ring", groups: ["ledger"] };
const aws = {
  vaultId,
  type: "aws_kms",
  name: "dublin",
  groups: ["cards2"],
  aws: { region: "eu_west_1", accessKeyId: "AKIA1", secretAccessKey: "hush-hush" },
};

const create = (news: unknown) => {
  const { keystores } = containersOf(uko, "bob");
  return keystores.create(checkedBy(keystores, news), options);
};
const adopted = (over: object = {}) =>
  create({ vaultId, type: "internal", name: "payroll-ring", existingKeystoreId: payrollRing, ...over });

/** A later release of the service: the keystore in AWS is of a type that this release does not know. */
const withLater = (world: World): World => ({
  ...world,
  keystores: {
    ...world.keystores,
    list: async (...call) =>
      (await world.keystores.list(...call)).map((each) =>
        each.type === "aws_kms" ? { ...each, type: "luna_hsm" } : each,
      ),
  },
});

const spied = () => spiedOn("keystores");

describe("creating a keystore", () => {
  test("makes an internal one and reads its health once", async () => {
    const { id, state, warnings } = await create(internal);
    expect(id).toBe(`${vaultId}/${state.keystoreId}`);
    expect(state).toMatchObject({ type: "internal", name: "ledger-ring", groups: ["ledger"], health: "ok" });
    expect(state.ring).toBe("");
    expect(warnings).toEqual([]);
    expect(containersOf(uko, "bob").keystores.diff(state, internal)).toEqual([]);
  });

  test("warns of an unreadable health, and keeps the keystore", async () => {
    const wrap = (world: World): World => ({
      ...world,
      keystores: {
        ...world.keystores,
        status: async () => {
          throw new UkoError("UKO_SERVICE_UNAVAILABLE");
        },
      },
    });
    const { keystores } = containersOf(uko, "bob", { wrap });
    const { warnings } = await keystores.create(checkedBy(keystores, internal), options);
    expect(warnings).toEqual([expect.stringContaining("its health could not be read")]);
  });

  test("keeps a digest of each secret, and detects a new secret by its digest", async () => {
    const { state } = await create(aws);
    expect(JSON.stringify(state)).not.toMatch(/hush-hush|AKIA1/);
    const digest = expect.stringMatching(/^scrypt:[\w-]{22}:[\w-]{43}$/);
    expect(state.aws).toEqual({ region: "eu_west_1", accessKeyId: digest, secretAccessKey: digest });
    const { patches, wrap } = spied();
    const { keystores } = containersOf(uko, "bob", { wrap });
    expect(keystores.diff(state, aws)).toEqual([]);
    const rotated = { ...aws, aws: { ...aws.aws, secretAccessKey: "hush-again" } };
    expect(keystores.diff(state, rotated)).toEqual(["aws"]);
    const updated = await keystores.update(state, checkedBy(keystores, rotated, state), options);
    expect(patches).toEqual([{ fields: { aws_secret_access_key: "hush-again" } }]);
    expect(keystores.diff(updated.state, rotated)).toEqual([]);
    await keystores.update(updated.state, rotated, options);
    expect(patches).toHaveLength(1);
    expect((await keystores.read(updated.state, options))?.state).toEqual(updated.state);
  });

  test("does not send an unchanged secret, and keeps its digest", async () => {
    const { state } = await create(aws);
    const { patches, wrap } = spied();
    const { keystores } = containersOf(uko, "bob", { wrap });
    const kept = { ...aws, aws: { ...aws.aws, accessKeyId: UNCHANGED, secretAccessKey: "hush-again" } };
    expect(keystores.check(kept, state).failures).toEqual([]);
    expect(keystores.differences(state, kept).map(({ path }) => path)).toEqual(["aws.secretAccessKey"]);
    const updated = await keystores.update(state, kept, options);
    expect(patches).toEqual([{ fields: { aws_secret_access_key: "hush-again" } }]);
    expect(updated.state.aws).toMatchObject({ accessKeyId: state.aws?.accessKeyId });
    await expect(keystores.create(kept, options)).rejects.toMatchObject({ code: "UKO_INPUT_INVALID" });
  });

  test.each([
    [{ ...internal, name: undefined }, "name"],
    [{ ...internal, aws: aws.aws }, "aws.region", "aws.accessKeyId", "aws.secretAccessKey"],
    [{ ...aws, aws: undefined }, "aws.region", "aws.accessKeyId", "aws.secretAccessKey"],
    [{ ...aws, aws: { ...aws.aws, accessKeyId: "with blank" } }, "aws.accessKeyId"],
    [{ ...internal, groups: ["x"] }, "groups.0"],
    [{ ...internal, groups: [] }, "groups"],
    [{ ...internal, tlsProxy: "no-port" }, "tlsProxy"],
    [{ ...internal, type: "ibm_cloud_kms" }, "type"],
    // A part of another type's connection, which is not asked for what it lacks.
    [{ ...internal, azure: { tenant: "t", servicePrincipalPassword: UNCHANGED } }, "azure.tenant"],
  ])("fails in preview for %j", (news, ...properties) => {
    const { failures } = containersOf(uko, "bob").keystores.check(news, {});
    expect(failures.map(({ property }) => property)).toEqual(properties);
  });

  test("accepts an Azure keystore without a name", () => {
    const azure = {
      serviceName: "my-vault",
      resourceGroup: "group",
      servicePrincipalClientId: "c",
      servicePrincipalPassword: "p",
      tenant: "t",
      subscriptionId: "s",
    };
    const news = { vaultId, type: "azure_key_vault", azure };
    expect(containersOf(uko, "bob").keystores.check(news, {}).failures).toEqual([]);
  });
});

describe("changing a keystore", () => {
  test("sends only the differences", async () => {
    const { state } = await create(internal);
    const { patches, wrap } = spied();
    const { keystores } = containersOf(uko, "bob", { wrap });
    await keystores.update(state, checkedBy(keystores, { ...internal, name: "ledger-2" }, state), options);
    expect(patches).toEqual([{ name: "ledger-2" }]);
  });

  test("reports at once that a new secret does not work, and redacts the secret in the service's refusal", async () => {
    const { state } = await create(aws);
    const { keystores } = containersOf(uko, "bob");
    const rotated = (secretAccessKey: string) =>
      keystores.update(state, checkedBy(keystores, { ...aws, aws: { ...aws.aws, secretAccessKey } }, state), options);
    const echo = { errors: [{ code: "bad", message: "hush-again is no secret access key" }] };
    await uko.fault({ operation: "updateKeystore", status: 400, times: 1, body: echo });
    await expect(rotated("hush-again")).rejects.toMatchObject({
      summary: 'The service did not change keystore "dublin": [redacted] is no secret access key',
    });
    const { state: after, warnings } = await rotated("wrong");
    expect(after.health).toBe("configuration_error");
    expect(warnings).toEqual([
      expect.stringMatching(/^The service reports health "configuration_error" for keystore "dublin": /),
    ]);
  });

  test("cannot move it, in preview and in an update", async () => {
    const { state } = await create(aws);
    const { keystores } = containersOf(uko, "bob");
    const elsewhere = { ...aws, aws: { ...aws.aws, region: "us_east_1" } };
    expect(keystores.check(elsewhere, state).failures).toEqual([
      {
        property: "aws.region",
        reason: "cannot change, because it defines where the keystore is",
        remedy: expect.stringContaining("create a new one"),
      },
    ]);
    expect(await codeOf(keystores.update(state, elsewhere, options))).toBe("UKO_CHANGE_IMPOSSIBLE");
    expect(keystores.check({ ...internal, type: "internal" }, state).failures).toContainEqual(
      expect.objectContaining({ property: "type" }),
    );
  });

  test("cannot move it if the service does not report its location, by an edited state either", async () => {
    const { state } = await create(aws);
    const { patches, wrap: spy } = spied();
    const wrap = (world: World): World => {
      const { keystores, ...others } = spy(world);
      const read: typeof keystores.read = async (...args) => {
        const { value, ...response } = await keystores.read(...args);
        if (value === undefined) return { ...response, value };
        const { aws_region: _untold, ...fields } = value.snapshot.fields;
        return { ...response, value: { ...value, snapshot: { ...value.snapshot, fields } } };
      };
      return { ...others, keystores: { ...keystores, read } };
    };
    const { keystores } = containersOf(uko, "bob", { wrap });
    const read = await keystores.read(state, options);
    expect(read).toMatchObject({ state: { aws: { region: "eu_west_1" } }, warnings: [] });
    const elsewhere = { ...aws, aws: { ...aws.aws, region: "us_east_1" } };
    expect(await codeOf(keystores.update(read?.state, elsewhere, options))).toBe("UKO_CHANGE_IMPOSSIBLE");
    for (const region of ["us_east_1", ""]) {
      const edited = { ...state, aws: { ...state.aws, region } };
      await keystores.update(edited, { ...elsewhere, description: `new ${region}` }, options);
    }
    expect(patches).toEqual([{ description: "new us_east_1" }, { description: "new " }]);
  });

  test("of its credential warns about destroyed keys that it may still contain", async () => {
    const awsFrankfurt = "ce110000-0000-4000-8000-000000000002";
    const block = { ...aws.aws, region: "eu_central_1" };
    const news = { ...aws, name: "aws-frankfurt", groups: ["cards"], existingKeystoreId: awsFrankfurt, aws: block };
    const { state } = await create(news);
    const { keystores } = containersOf(uko, "bob");
    const first = await keystores.update(state, checkedBy(keystores, news, state), options);
    expect(first.warnings).toEqual([]);
    await uko.test.keyIn("pending", "cards");
    const rotated = { ...news, aws: { ...block, secretAccessKey: "hush-again" } };
    const second = await keystores.update(first.state, checkedBy(keystores, rotated, first.state), options);
    expect(second.warnings).toEqual([expect.stringContaining("1 destroyed key may still be in it")]);
  });

  test("is refused if a narrowed group would cut an installed key off, and names the key", async () => {
    const key = await uko.make({ label: "salaries" });
    const { state } = await adopted();
    const { patches, wrap } = spied();
    const { keystores } = containersOf(uko, "bob", { wrap });
    const narrowed = { vaultId, type: "internal", name: "payroll-ring", groups: ["other"] };
    await expect(keystores.update(state, checkedBy(keystores, narrowed, state), options)).rejects.toMatchObject({
      code: "UKO_KEY_WOULD_BE_UNLINKED",
      detail: expect.stringContaining(`Key "salaries" ${vaultId}/${key.keyId} would leave keystore "payroll-ring".`),
    });
    expect(patches).toEqual([]);
    const widened = { ...narrowed, groups: ["payroll", "other"] };
    const updated = await keystores.update(state, checkedBy(keystores, widened, state), options);
    expect(updated.warnings).toEqual([expect.stringContaining("align: true")]);
  });

  test("is refused if uko cannot determine whether a key would be cut off", async () => {
    const { state } = await adopted();
    const wrap = (world: World): World => ({
      ...world,
      keys: {
        ...world.keys,
        list: async () => {
          throw new UkoError("UKO_RIGHTS_MISSING");
        },
      },
    });
    const { keystores } = containersOf(uko, "bob", { wrap });
    const narrowed = { vaultId, type: "internal", name: "payroll-ring", groups: ["other"] };
    expect(await codeOf(keystores.update(state, checkedBy(keystores, narrowed, state), options))).toBe(
      "UKO_CONTENTS_UNREADABLE",
    );
  });

  test("is refused if the service does not list the keystore that would be narrowed", async () => {
    await uko.make({ label: "salaries" });
    const { state } = await adopted();
    const wrap = (world: World): World => ({ ...world, keystores: { ...world.keystores, list: async () => [] } });
    const { keystores } = containersOf(uko, "bob", { wrap });
    const narrowed = { vaultId, type: "internal", name: "payroll-ring", groups: ["other"] };
    expect(await codeOf(keystores.update(state, checkedBy(keystores, narrowed, state), options))).toBe(
      "UKO_CONTENTS_UNREADABLE",
    );
  });

  test("of another type than the existing one is refused at adoption", async () => {
    expect(await codeOf(create({ ...aws, existingKeystoreId: payrollRing }))).toBe("UKO_CHANGE_IMPOSSIBLE");
  });
});

describe("finding keystores", () => {
  test("by ID alone, and in a list of one vault", async () => {
    const { keystores } = containersOf(uko, "bob");
    const found = await keystores.lookup(`${vaultId}/${payrollRing}`, options);
    expect(found?.state).toMatchObject({ type: "internal", name: "payroll-ring", deletionProtection: false });
    expect((await keystores.list({ vaultId }, options)).map(({ state }) => state.name).sort()).toEqual([
      "aws-frankfurt",
      "payroll-ring",
    ]);
    expect(await codeOf(keystores.lookup(payrollRing, options))).toBe("UKO_INPUT_INVALID");
  });

  test("finds one that is reached by secrets like an adopted one, so that a program may omit them", async () => {
    const { keystores } = containersOf(uko, "bob");
    const all = await keystores.list({ vaultId }, options);
    const found = await Promise.all(all.map(({ id }) => keystores.lookup(id, options)));
    expect(found.map((each) => [each?.state.name, each?.state.existingKeystoreId]).sort()).toEqual([
      ["aws-frankfurt", found.find((each) => each?.state.name === "aws-frankfurt")?.state.keystoreId],
      ["payroll-ring", undefined],
    ]);
  });

  test("leaves a keystore of an unknown type out of the list, and reports it", async () => {
    const { keystores, vaults } = containersOf(uko, "bob", { wrap: withLater });
    const heard: string[] = [];
    const listed = await keystores.list({ vaultId }, { ...options, warn: (line) => void heard.push(line) });
    expect(listed.map(({ state }) => state.name)).toEqual(["payroll-ring"]);
    expect(heard).toEqual([
      `Keystore "aws-frankfurt" is of type "luna_hsm", which this release does not know. It is not listed, but its vault cannot be deleted before it`,
    ]);
    const vault = await vaults.lookup(vaultId, options);
    expect(await vaults.delete(vault?.state, options)).toMatchObject({
      code: "UKO_CONTAINER_IN_USE",
      message: expect.stringContaining('keystore "aws-frankfurt"'),
    });
  });

  test("reports what it leaves out in the run's progress if the caller takes no warnings", async () => {
    const { keystores, run } = containersOf(uko, "bob", { wrap: withLater });
    await keystores.list({ vaultId }, options);
    expect(run.progress).toEqual([expect.stringContaining("luna_hsm")]);
  });

  test("reports a deleted keystore only if its vault is readable", async () => {
    const { state } = await create(internal);
    uko.test.emulator.world.keystores.delete(state.keystoreId);
    expect(await containersOf(uko, "bob").keystores.read(state, options)).toBeUndefined();
  });
});

describe("the deletion of an internal keystore", () => {
  const named = { internalKeystoreFields: "filled" } as const;

  test.each([
    ["named", named, "cannot be deleted until 22 Feb 2027 .*: its key ring still has"],
    ["not named", {}, "probably cannot be deleted until 22 Feb 2027 .*: its key ring may still have"],
  ])("waits for keys, metadata and KMS's metadata, then succeeds (ring %s)", async (_case, switches, last) => {
    uko.reset(switches);
    const { state } = await adopted();
    const end = () => containersOf(uko, "bob").keystores.delete(state, options);
    const key = await uko.make({ label: "salaries", dualAuthorization: "single" });
    expect(await end()).toMatchObject({
      code: "UKO_CONTAINER_IN_USE",
      message: expect.stringMatching(/^Keystore "payroll-ring" still holds key "salaries" \(active\)\n/),
    });

    await unfinished(uko.run("carol").handlers, key);
    await uko.advance("5h");
    await unfinished(uko.run("carol").handlers, key);
    expect(await end()).toMatchObject({
      code: "UKO_DESTRUCTION_PENDING",
      message: expect.stringMatching(
        /^Keystore "payroll-ring" cannot be deleted until 24 Dec 2026 .*: it still holds destroyed key "salaries"\n/,
      ),
    });

    await uko.advance("31d");
    expect(await end()).toMatchObject({
      code: "UKO_CONTAINER_IN_USE",
      message: expect.stringContaining(`uko continue ${vaultId}/${key.keyId}`),
    });
    expect(await uko.run("carol").handlers.delete(key, options)).toMatchObject({ kind: "ended" });
    expect(await end()).toMatchObject({
      code: "UKO_KMS_METADATA_REMAINS",
      message: expect.stringMatching(new RegExp(`^Keystore "payroll-ring" ${last}`)),
    });

    await uko.advance("60d");
    expect(await end()).toMatchObject({ kind: "ended" });
  });

  test.each([
    ["named", named],
    ["not named", {}],
  ])("is tried if KMS cannot be read, and the refusal names the reason (ring %s)", async (_case, switches) => {
    uko.reset(switches);
    const { state } = await adopted();
    const key = await uko.make({ dualAuthorization: "single" });
    await unfinished(uko.run("carol").handlers, key);
    await uko.advance("5h");
    await unfinished(uko.run("carol").handlers, key);
    await uko.advance("31d");
    await uko.run("carol").handlers.delete(key, options);
    const wrap = (world: World): World => ({
      ...world,
      kmsKeys: {
        ...world.kmsKeys,
        list: async () => {
          throw new UkoError("UKO_ACCESS_DENIED", { summary: "KMS does not know you" });
        },
      },
    });
    expect(await containersOf(uko, "bob", { wrap }).keystores.delete(state, options)).toMatchObject({
      code: "UKO_SERVICE_REFUSED",
      message: expect.stringMatching(
        /Conflict: Key ring[\s\S]*could not read its KMS key ring: KMS does not know you\.$/m,
      ),
    });
  });

  test("does not wait for a key that was never active", async () => {
    const { state } = await adopted();
    await uko.make({ template: "payroll-draft" });
    expect(await containersOf(uko, "bob").keystores.delete(state, options)).toMatchObject({ kind: "ended" });
  });

  test("names the role that is missing", async () => {
    const { state } = await adopted();
    expect(await containersOf(uko, "alice").keystores.delete(state, options)).toMatchObject({
      code: "UKO_RIGHTS_MISSING",
      message: expect.stringMatching(
        /^IBMid-550000ALICE .* cannot delete keystore "payroll-ring": missing right hs-crypto.target-keystores.delete/,
      ),
    });
  });
});
