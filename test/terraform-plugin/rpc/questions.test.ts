/** ReadDataSource, ValidateDataResourceConfig and ListResource: functions for programs and people. */

import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { UNKNOWN } from "../../../provider/engine/resource/unknown.ts";
import { dataSourceNamed, readObject, resourceNamed, writeObject } from "../../../provider/terraform-plugin/blocks.ts";
import { createSession } from "../../../provider/terraform-plugin/create-session.ts";
import { createLog } from "../../../provider/terraform-plugin/log.ts";
import { ListResource_RequestSchema } from "../../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";
import { listResource } from "../../../provider/terraform-plugin/rpc/list-resource.ts";
import type { ObjectValue } from "../../../provider/terraform-plugin/values.ts";
import { vaultId } from "../../emulator/harness.ts";
import { useStage } from "../stage.ts";

const stage = useStage();
const ringId = "ce110000-0000-4000-8000-000000000001";

async function ask(typeName: string, config: ObjectValue) {
  const source = dataSourceNamed(typeName);
  const empty = Object.fromEntries(source.attributes.map(({ name }) => [name, null]));
  const wire = writeObject({ ...empty, ...config }, source);
  const checked = await stage.bob.provider.validateDataResourceConfig({ typeName, config: wire });
  const { state, diagnostics } = await stage.bob.provider.readDataSource({ typeName, config: wire });
  // Unknown values of the first check are checked once more.
  if (checked.diagnostics.length > 0) expect(diagnostics).toEqual(checked.diagnostics);
  return { state: readObject(state, source), told: diagnostics.map(({ summary, detail }) => `${summary}\n${detail}`) };
}

describe("a data source", () => {
  test("of one resource returns what every reader may read, and its ID", async () => {
    const core = await stage.made({ deletion_protection: true });
    const { id, key_id } = core.saved?.value ?? {};
    const { state } = await ask("uko_managed_key", { vault_id: vaultId, key_id: String(key_id) });
    expect(state).toMatchObject({ id, vault_id: vaultId, key_id, label: "payroll", lifecycle_state: "active" });
    // A program's settings for the resource are not readable.
    expect(state).not.toHaveProperty("deletion_protection");
    expect((await ask("uko_keystore", { vault_id: vaultId, keystore_id: ringId })).state).toMatchObject({
      ring: expect.any(String),
    });
    expect((await ask("uko_vault", { vault_id: vaultId })).state).toMatchObject({ id: vaultId, name: "payments" });
  });

  test("of a list returns all, or the contents of one vault", async () => {
    await stage.made();
    const { state } = await ask("uko_managed_keys", {});
    expect(state?.managed_keys).toMatchObject([
      { label: "payroll", keystores: [{ name: "payroll-ring", sync_flag: "ok" }] },
    ]);
    const keystores = (await ask("uko_keystores", { vault_id: vaultId })).state;
    expect(keystores).toMatchObject({ vault_id: vaultId });
    expect(keystores?.keystores).toMatchObject([{ aws_region: null }, { aws_region: "eu_central_1" }]);
    expect((await ask("uko_key_templates", {})).state?.key_templates).toHaveLength(4);
    expect((await ask("uko_vaults", {})).state?.vaults).toHaveLength(1);
    // The backing key of the managed key is not an own KMS key.
    await stage.core("uko_kms_key").apply({ name: "orders" });
    expect((await ask("uko_kms_keys", {})).state?.kms_keys).toMatchObject([{ name: "orders", key_ring: "default" }]);
  });

  test("returns the pending deletions, and the path of one", async () => {
    const core = await stage.made();
    expect((await ask("uko_pending_deletions", {})).state?.pending_deletions).toEqual([]);
    await core.apply(null);
    const { state } = await ask("uko_pending_deletions", { vault_id: vaultId });
    expect(state?.pending_deletions).toMatchObject([{ label: "payroll", deletion_awaits: "approval" }]);
    const plan = await ask("uko_deletion_plan", { vault_id: vaultId, key_id: String(core.saved?.value.key_id) });
    expect(plan.state).toMatchObject({
      deletion_awaits: "approval",
      explanation_summary: expect.stringMatching(/^Key "payroll" can be removed at the earliest after 30 d 4 h$/),
      explanation_facts: expect.arrayContaining([expect.stringMatching(/^1\. /)]),
    });
  });

  test("with an invalid ID, or of a missing object, is an error", async () => {
    const odd = await ask("uko_vault", { vault_id: "payments" });
    expect([odd.state, odd.told]).toEqual([null, ["vault_id: must be a UUID in lower case\n"]]);
    const absent = await ask("uko_managed_key", { vault_id: vaultId, key_id: "9b2d0000-0000-4000-8000-00000000dead" });
    expect([absent.state, absent.told[0]]).toEqual([null, expect.stringContaining("[UKO_KEY_NOT_FOUND]")]);
  });
});

describe("a data source by name", () => {
  test("returns the one object that has the name, and its ID", async () => {
    const core = await stage.made();
    const { id, key_id } = core.saved?.value ?? {};
    expect((await ask("uko_vault", { name: "payments" })).state).toMatchObject({ id: vaultId, vault_id: vaultId });
    const key = await ask("uko_managed_key", { vault_id: vaultId, label: "payroll" });
    expect(key).toMatchObject({ state: { id, key_id, label: "payroll", lifecycle_state: "active" }, told: [] });
    expect((await ask("uko_keystore", { vault_id: vaultId, name: "payroll-ring" })).state).toMatchObject({
      keystore_id: ringId,
    });
    const template = await ask("uko_key_template", { vault_id: vaultId, name: "payroll" });
    expect(template.state).toMatchObject({ name: "payroll", template_id: expect.any(String) });
  });

  test("whose name is unknown in a plan waits for it, and both or neither of ID and name are errors", async () => {
    const both = "name: must not be set together with the ID\n";
    expect(await ask("uko_vault", { vault_id: vaultId, name: "payments" })).toEqual({ state: null, told: [both] });
    const neither = "vault_id: is required, unless name is set\n";
    expect(await ask("uko_vault", {})).toEqual({ state: null, told: [neither] });
    const unlabeled = "key_id: is required, unless label is set\n";
    expect(await ask("uko_managed_key", { vault_id: vaultId })).toEqual({ state: null, told: [unlabeled] });
    const source = dataSourceNamed("uko_vault");
    const empty = Object.fromEntries(source.attributes.map(({ name }) => [name, null]));
    const wire = writeObject({ ...empty, vault_id: vaultId, name: UNKNOWN }, source);
    expect(await stage.bob.provider.validateDataResourceConfig({ typeName: "uko_vault", config: wire })).toMatchObject({
      diagnostics: [],
    });
  });

  test("that nothing has is an error that names what is alike", async () => {
    const { state, told } = await ask("uko_vault", { name: "Payment" });
    expect([state, told[0]]).toEqual([null, expect.stringContaining(`Did you mean "payments" (${vaultId})?`)]);
  });
});

describe("a list for queries", () => {
  const { signal: untilEnded } = new AbortController();
  const listed = async (typeName: string, includeResourceObject: boolean, limit = 0n, signal = untilEnded) => {
    const { environmentOf } = stage;
    const former = { ...process.env };
    Object.assign(process.env, environmentOf("bob"));
    try {
      const session = createSession(
        createLog(
          {},
          () => new Date(),
          () => {},
        ),
        "tofu",
      );
      session.configure({});
      const events = [];
      const request = create(ListResource_RequestSchema, { typeName, includeResourceObject, limit });
      for await (const event of listResource(session, request, signal)) events.push(event);
      return events;
    } finally {
      for (const name of Object.keys(environmentOf("bob"))) delete process.env[name];
      Object.assign(process.env, former);
    }
  };

  test("has an event for each, with its identity and its name, and the object on request", async () => {
    await stage.made();
    const [bare] = await listed("uko_managed_key", false);
    expect(bare).toMatchObject({ displayName: "payroll", identity: { identityData: expect.anything() } });
    expect(bare?.resourceObject).toBeUndefined();
    const whole = await listed("uko_keystore", true, 1n);
    expect(whole).toHaveLength(1);
    expect(readObject(whole[0]?.resourceObject as never, resourceNamed("uko_keystore"))).toMatchObject({
      type: "internal",
    });
  });

  test("stops calling the service once its client has disconnected", async () => {
    const [event] = await listed("uko_vault", false, 0n, AbortSignal.abort());
    expect(event?.diagnostic?.[0]?.detail).toMatch(/\[UKO_CANCELED\]/);
  });

  test("ends with an event that reports the error", async () => {
    await stage.uko.fault({ operation: "listVaults", status: 403 });
    const [event] = await listed("uko_vault", false);
    expect(event?.diagnostic?.[0]?.detail).toMatch(/\[UKO_/);
    const [unknown] = await listed("uko_secret", false);
    expect(unknown?.diagnostic?.[0]?.summary).toBe("This provider has no resource uko_secret");
  });

  test("is checked together with its list", async () => {
    const reply = await stage.bob.provider.validateListResourceConfig({ typeName: "uko_vault" });
    expect(reply.diagnostics).toEqual([]);
  });
});
