/** The life of a resource call by call, as the engine makes the calls; test/e2e/package tests the engine itself. */

import { status } from "@grpc/grpc-js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import { describe, expect, test } from "vitest";
import { unknownText } from "../../provider/pulumi-plugin/values.ts";
import { vaultId } from "../emulator/harness.ts";
import { options } from "../engine/harness.ts";
import { caller, type Properties, statusOf, urnOf } from "./engine.ts";
import { absentId, news, secret, usePluginStage } from "./plugin-stage.ts";

const stage = usePluginStage();
const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;

describe("without the service, the plugin", () => {
  test("returns check, differences and previews", async () => {
    const { properties, inputs } = await stage.made({ tags: { team: "payroll", old: "x" } });
    const offline = await stage.another({ ...stage.environmentOf("bob"), UKO_ENDPOINT: "http://127.0.0.1:9" });
    const changed = { ...inputs, description: "new", tags: { team: "ledger", "new one": "y" } };
    expect((await offline.create(inputs, true)).properties).toMatchObject({ label: "payroll", keyId: unknownText });
    expect((await offline.check(changed, inputs)).failures).toEqual([]);
    expect(await offline.diff(properties, changed)).toMatchObject({
      changes: DIFF_SOME,
      details: { description: "add", "tags.team": "update", "tags.old": "delete", 'tags["new one"]': "add" },
      replaces: [],
      deleteBeforeReplace: false,
    });
    const promised = (await offline.update(properties, changed, true)).properties;
    expect(promised).toEqual({ ...properties, description: "new", tags: changed.tags });
  });

  test("warns in a preview of an update that leads to the key's deletion, and of no other", async () => {
    const { properties, inputs } = await stage.made();
    const offline = await stage.another({ ...stage.environmentOf("bob"), UKO_ENDPOINT: "http://127.0.0.1:9" });
    await offline.update(properties, { ...inputs, description: "new" }, true);
    await offline.update(properties, { ...inputs, state: unknownText }, true);
    expect(offline.log).toEqual([]);
    await offline.update(properties, { ...inputs, state: "destroyed" }, true);
    expect(offline.log).toEqual([
      expect.objectContaining({
        severity: enginePb.LogSeverity.WARNING,
        urn: urnOf("uko:index:ManagedKey"),
        message: expect.stringMatching(
          /^Destroying key "payroll" requires two people and several runs\n.*1\. This run requests .*stops working/s,
        ),
      }),
    ]);
  });

  test("does so even without a credential", async () => {
    const nobody = await stage.another({});
    const { inputs } = await nobody.check(news());
    expect(inputs).toMatchObject({ dualAuthorization: "required" });
    const read = await statusOf(nobody.read(`${vaultId}/${absentId}`));
    expect(read).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining("UKO_INSTANCE_ID") });
  });
});

test("a run names each host that IBM does not document, once", async () => {
  const environment = { UKO_KMS_ENDPOINT: "http://127.0.0.2:9", UKO_ALLOWED_HOSTS: "127.0.0.1,127.0.0.2" };
  const { id } = await stage.made();
  const plugin = await stage.another({ ...stage.environmentOf("bob"), ...environment });
  for (let reads = 0; reads < 2; reads += 1) await plugin.read(id);
  expect(plugin.log).toMatchObject([
    { severity: enginePb.LogSeverity.INFO, message: expect.stringMatching(/ to 127\.0\.0\.2:9, which is not a doc/) },
  ]);
});

test("a preview refuses a template that an update could not change to, and reads nothing for other changes", async () => {
  const { properties, inputs } = await stage.made();
  const seq = await stage.uko.lastSeq();
  await stage.bob.update(properties, { ...inputs, description: "new" }, true);
  expect(await stage.uko.lastSeq()).toBe(seq);
  expect(await statusOf(stage.bob.update(properties, { ...inputs, template: "cards" }, true))).toMatchObject({
    code: status.INVALID_ARGUMENT,
    details: [
      'template: cannot change: the key was created from template "payroll"',
      "Create a new key from that template, move to it, then delete the old one.",
      "[UKO_CHANGE_IMPOSSIBLE]",
    ].join("\n"),
  });
  expect((await stage.bob.update(properties, { ...inputs, template: unknownText }, true)).properties).toBeDefined();
});

describe("a check", () => {
  test("fills in defaults, even next to unknown values", async () => {
    const { inputs, failures } = await stage.bob.check(news({ vaultId: unknownText, tags: { team: unknownText } }));
    expect(failures).toEqual([]);
    expect(inputs).toEqual({
      ...news({ vaultId: unknownText, tags: { team: unknownText } }),
      align: false,
      deletionProtection: false,
      dualAuthorization: "required",
      deletionGate: "both",
      deletionCompletesAt: "removed",
    });
  });

  test("names the property in its reason alone, since the engine prints the value of a named property", async () => {
    const { failures } = await stage.bob.check(news({ vaultId: "payments", labbel: "x" }));
    expect(failures).toEqual([
      expect.stringMatching(/^vaultId: must be a UUID/),
      expect.stringMatching(/^labbel: is not a known property/),
    ]);
  });

  test("refuses to move a key, because a move would be a replacement", async () => {
    const { failures } = await stage.bob.check(news({ vaultId: absentId }), news());
    expect(failures).toEqual([expect.stringMatching(/^vaultId: cannot change on an existing key; create a new key/)]);
  });

  test("keeps the program's secrets, and marks the schema's secrets", async () => {
    const { inputs } = await stage.bob.check(news({ description: secret("d") }));
    expect(inputs.description).toEqual(secret("d"));
    const keystores = await stage.another(stage.environmentOf("bob"), "uko:index:Keystore");
    const aws = { region: "eu_west_3", accessKeyId: "AKIA", secretAccessKey: "s" };
    const checked = await keystores.check({ vaultId, type: "aws_kms", name: "paris", groups: ["smoke"], aws });
    expect(checked.failures).toEqual([]);
    expect(checked.inputs.aws).toEqual({
      region: "eu_west_3",
      accessKeyId: secret("AKIA"),
      secretAccessKey: secret("s"),
    });
  });
});

describe("a key's life", () => {
  test("runs from creation through read and update to a deletion request, with a read before each run", async () => {
    const { id, inputs, properties } = await stage.made();
    expect(id).toBe(`${vaultId}/${properties.keyId}`);
    expect(await stage.bob.diff(properties, inputs)).toMatchObject({ changes: DIFF_NONE, details: {} });
    const read = await stage.bob.read(id, properties, inputs);
    expect(read).toEqual({ id, properties, inputs, refreshBeforeUpdate: true });
    const changed = await stage.bob.update(properties, { ...inputs, description: "new" });
    expect(changed).toMatchObject({ properties: { description: "new" }, refreshBeforeUpdate: true });

    // A run that read the key for its program would be requested again as an up.
    const laterRun = await stage.another(stage.environmentOf("bob"));
    const error = await statusOf(laterRun.delete(changed.properties));
    expect(error.code).toBe(status.FAILED_PRECONDITION);
    const lines = error.details.split("\n");
    expect(lines[0]).toBe('Key "payroll" is waiting for a second person to approve its deactivation');
    expect(lines.at(-1)).toBe("  [UKO_APPROVAL_PENDING]");
    expect(error.details).toContain("uko approve payroll");
    const waiting = await stage.bob.read(id, changed.properties, inputs);
    expect(waiting.properties).toMatchObject({ lifecycleState: "pending_approval", deletionAwaits: "approval" });
    const ref = stage.uko.ref(String(waiting.properties.keyId));
    const { deletion } = await stage.uko.run("bob").operations.status(ref, options);
    expect(waiting.properties.deletionRecordId).toBe(deletion.recordId);
  });

  test("has no read before each run if the program lets one person delete the active key", async () => {
    const { inputs } = await stage.bob.check(news({ dualAuthorization: "single" }));
    expect(await stage.bob.create(inputs)).toMatchObject({ refreshBeforeUpdate: false });
  });

  test("drift appears in the inputs of a read, so that the next program reverts the drift", async () => {
    const { id, inputs, properties } = await stage.made({ description: "ours", tags: { team: "payroll" } });
    const state = properties as { keyId: string };
    await stage.uko.test.control(`keys/${state.keyId}`, { record: { description: "theirs" } });
    const read = await stage.bob.read(id, properties, inputs);
    expect(read.properties.description).toBe("theirs");
    expect(read.inputs).toEqual({ ...inputs, description: "theirs" });
    expect(await stage.bob.diff(read.properties, inputs)).toMatchObject({ details: { description: "update" } });
    expect(await stage.bob.diff(read.properties, inputs, ["description"])).toMatchObject({ changes: DIFF_NONE });
  });

  test("a key is imported by its ID alone, and its program then has no difference", async () => {
    const { id, properties } = await stage.made({ tags: { team: "payroll" } });
    const imported = await stage.bob.read(id);
    expect(imported.properties).toEqual(properties);
    const { inputs, failures } = await stage.bob.check(imported.inputs, imported.inputs);
    expect(failures).toEqual([]);
    expect(inputs).toEqual(imported.inputs);
    expect(imported.inputs).toMatchObject(news({ tags: { team: "payroll" } }));
    expect(await stage.bob.diff(imported.properties, inputs)).toMatchObject({ changes: DIFF_NONE });
    expect((await stage.bob.read(`${vaultId}/${absentId}`)).id, "nothing to import").toBe("");
  });

  test("an import whose program has other values than the key is refused, in a preview and before any write", async () => {
    const { id, properties } = await stage.made({ tags: { team: "payroll" } });
    for (const isPreview of [true, false]) {
      const run = await stage.another(stage.environmentOf("bob"));
      const imported = await run.read(id);
      const type = "uko:index:ManagedKey";
      const update = (given: Properties) =>
        caller(run.client, { urn: urnOf(type), type })("update", {
          ...{ Id: id, Olds: properties, News: given, Preview: isPreview },
        });
      const program = news({ label: "wages", tags: { team: "ledger" }, dualAuthorization: "required" });
      const { inputs } = await run.check(program, imported.inputs);
      const seq = await stage.uko.lastSeq();
      const refused = await statusOf(update(inputs));
      expect(refused.details.split("\n")).toEqual([
        "The program imports an existing object, and has other values for label, tags.team",
        "uko wrote nothing, because another program may rely on the present values.",
        "Next: take the values of the object. Or use existingKeyId in place of the option import: its preview names what the run writes.",
        "[UKO_CHANGE_IMPOSSIBLE]",
      ]);
      expect(await stage.uko.effects(seq)).toEqual([]);
      // What controls uko alone is no value of the key, and an unknown value may be the present one.
      const own = news({
        tags: { team: "payroll" },
        deletionProtection: true,
        ...(isPreview && { description: unknownText }),
      });
      await update((await run.check(own, imported.inputs)).inputs);
    }
  });

  test("an unreached goal is a difference, named by the property that has not reached it", async () => {
    const { inputs, properties } = await stage.made();
    const goal = { ...inputs, state: "destroyed" };
    expect(await stage.bob.diff(properties, goal)).toMatchObject({ details: { state: "add" } });
    const under = (await stage.bob.update(properties, goal)).properties;
    expect(under).toMatchObject({ state: "destroyed", lifecycleState: "pending_approval" });
    expect(await stage.bob.diff(under, goal)).toMatchObject({
      changes: DIFF_SOME,
      details: { lifecycleState: "update" },
    });
    const promised = (await stage.bob.update(under, goal, true)).properties;
    expect(promised).toMatchObject({ state: "destroyed", lifecycleState: unknownText, label: "payroll" });
  });

  test("secrets in a map or list stay secret in every later read, preview and update", async () => {
    const tags = { team: "payroll", pin: secret("4711") };
    const { id, inputs, properties } = await stage.made({ tags });
    expect(properties.tags).toEqual(tags);
    const read = await stage.bob.read(id, properties, inputs);
    expect(read).toMatchObject({ properties: { tags }, inputs: { tags } });
    const { tags: _unset, ...others } = inputs;
    const changed = { ...others, description: "new" };
    expect((await stage.bob.update(read.properties, changed, true)).properties.tags).toEqual(tags);
    expect((await stage.bob.update(read.properties, changed)).properties.tags).toEqual(tags);
    // KMS returns the aliases of a key in an order of its own, so the place in the list does not show which one is secret.
    const kmsKeys = await stage.another(stage.environmentOf("bob"), "uko:index:KmsKey");
    const kms = await kmsKeys.check({ name: "ledger", type: "root", aliases: [secret("zebra"), "apple"] });
    const made = await kmsKeys.create(kms.inputs);
    const again = await kmsKeys.read(made.id, made.properties, kms.inputs);
    for (const each of [made.properties, again.properties, again.inputs])
      expect(each.aliases).toEqual(secret(expect.arrayContaining(["zebra", "apple"])));
  });

  test("a secret that the program no longer marks is plain after its next update", async () => {
    const { properties, inputs } = await stage.made({ description: secret("d"), tags: { pin: secret("4711") } });
    const bare = { ...inputs, description: "no secret", tags: { pin: "0000" } };
    expect((await stage.bob.update(properties, bare)).properties).toMatchObject({
      description: "no secret",
      tags: { pin: "0000" },
    });
  });

  test("the dynamic provider's own fields in a state cause no difference and are dropped", async () => {
    const { id, inputs, properties } = await stage.made();
    const dynamic = { __provider: "exports.handler=…", __origin: "organization/urn:pulumi:dev::keys::x::payroll" };
    const olds = { ...properties, ...dynamic };
    expect(await stage.bob.diff(olds, inputs)).toMatchObject({ changes: DIFF_NONE });
    expect((await stage.bob.check(inputs, { ...inputs, ...dynamic })).failures).toEqual([]);
    const read = await stage.bob.read(id, olds, { ...inputs, ...dynamic });
    expect(read.properties).toEqual(properties);
    expect(read.inputs).toEqual(inputs);
  });
});

test("evidence goes to the engine's log if UKO_EVIDENCE says so", async () => {
  const { properties } = await stage.made();
  const logging = await stage.another({ ...stage.environmentOf("bob"), UKO_EVIDENCE: "log", CI: "true" });
  await statusOf(logging.delete(properties));
  const lines = logging.log.filter(({ message }) => message.startsWith("{"));
  expect(lines).toMatchObject([{ severity: enginePb.LogSeverity.INFO, urn: "", ephemeral: false }]);
  expect(JSON.parse(lines[0]?.message ?? "")).toMatchObject({ step: "write_record", actor: { name: "Bob Example" } });
});

describe("a failed read", () => {
  test("keeps the state unchanged, warns, and has the engine read again", async () => {
    const { id, inputs, properties } = await stage.made();
    for (const status of [401, 403, 503]) {
      for (const operation of ["listManagedKeys", "getManagedKey"]) await stage.uko.fault({ operation, status });
      const reader = await stage.another(stage.environmentOf("bob"));
      const read = await reader.read(id, properties, inputs);
      expect(read).toEqual({ id, properties, inputs, refreshBeforeUpdate: true });
      expect(reader.log).toMatchObject([
        {
          severity: enginePb.LogSeverity.WARNING,
          message: expect.stringMatching(/^Could not refresh this resource; keeping the last known state: /),
          urn: urnOf("uko:index:ManagedKey"),
        },
      ]);
      await stage.uko.clearFaults();
    }
  });

  test("is an error if the settings are wrong, and in an import", async () => {
    const { id, inputs, properties } = await stage.made();
    const elsewhere = { ...properties, instanceId: absentId };
    const mismatch = await statusOf(stage.bob.read(id, elsewhere, inputs));
    expect(mismatch.details).toContain("[UKO_INSTANCE_MISMATCH]");
    for (const operation of ["listManagedKeys", "getManagedKey"]) await stage.uko.fault({ operation, status: 403 });
    const importing = await stage.another(stage.environmentOf("bob"));
    expect(await statusOf(importing.read(id))).toMatchObject({ code: status.PERMISSION_DENIED });
  });
});

describe("the preview of a creation", () => {
  test("fails at the property that the service would refuse, and warns about an adoption", async () => {
    const { properties } = await stage.made();
    const plugin = await stage.another(stage.environmentOf("bob"));
    const refused = await statusOf(plugin.create(news({ template: "salaries" }), true));
    expect(refused).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(refused.details).toMatch(/^template: vault \S+ has no template "salaries"\nIts templates: .*payroll/);
    await plugin.create(news({ existingKeyId: properties.keyId, description: "new" }), true);
    expect(plugin.log.at(-1)?.message).toMatch(/^This run adopts the existing key "payroll" .*\n.*: description\./);
  });

  test("ignores a vault or template that is still unknown", async () => {
    const inputs = news({ vaultId: unknownText, template: unknownText });
    expect((await stage.bob.create(inputs, true)).properties).toMatchObject({ label: "payroll" });
  });
});

describe("the preview of a replacement", () => {
  /** What the engine does before it previews the creation of a resource that replaces this one. */
  const replacing = async (over: Properties) => {
    const { id, inputs, properties } = await stage.made();
    const plugin = await stage.another(stage.environmentOf("bob"));
    await plugin.read(id, properties, inputs);
    const changed = await plugin.check(news(over), inputs);
    await plugin.diff(properties, changed.inputs);
    // The engine checks the inputs of the new resource without the former ones.
    const { inputs: wanted } = await plugin.check(news(over));
    return { plugin, wanted };
  };

  test("fails like its run if the key would replace itself", async () => {
    const { plugin, wanted } = await replacing({ description: "another" });
    const preview = await statusOf(plugin.create(wanted, true));
    expect(preview.details).toMatch(/^"payroll" cannot be replaced: .*\n.*replaceOnChanges/);
    const run = await statusOf(plugin.create(wanted));
    expect(run.details.split("\n")[0]).toBe(preview.details.split("\n")[0]);
  });

  test("passes with another label, and then says how to go back to the former key", async () => {
    const { plugin, wanted } = await replacing({ label: "payroll-2" });
    await plugin.create(wanted, true);
    const made = await plugin.create(wanted);
    await stage.uko.advance("60s");
    const undoing = await stage.another(stage.environmentOf("bob"));
    await undoing.read(made.id, made.properties, wanted);
    await undoing.check(news(), wanted);
    const { inputs } = await undoing.check(news());
    const preview = await statusOf(undoing.create(inputs, true));
    expect(preview.details).toMatch(
      /An earlier replacement left it in the state, where its deletion is pending\.\n.*uko withdraw .*pulumi state delete --stack dev 'urn:/s,
    );
  });
});

test("the preview of a key that was renamed without an alias fails like its run", async () => {
  const { id, inputs, properties } = await stage.made();
  const plugin = await stage.another(stage.environmentOf("bob"));
  await plugin.read(id, properties, inputs);
  const renamed = caller(plugin.client, { urn: `${urnOf("uko:index:ManagedKey")}-new`, type: "uko:index:ManagedKey" });
  await renamed("check", { News: news(), Olds: {} });
  const preview = await statusOf(renamed("create", { Properties: inputs, Preview: true }));
  expect(preview.details).toMatch(/^label: vault \S+ has a key with this label already\n.*aliases: \["urn:/s);
  expect((await statusOf(renamed("create", { Properties: inputs }))).details).toContain('aliases: ["urn:');
});

test("the keys of a renamed component need one alias, that of the component", async () => {
  const urn = (component: string) => `urn:pulumi:dev::keys::acme:index:Payments$uko:index:ManagedKey::${component}-key`;
  const { id, inputs, properties } = await stage.made();
  const plugin = await stage.another(stage.environmentOf("bob"));
  const type = "uko:index:ManagedKey";
  await caller(plugin.client, { urn: urn("payments"), type })("read", {
    Id: id,
    Properties: properties,
    Inputs: inputs,
  });
  const renamed = caller(plugin.client, { urn: urn("billing"), type });
  await renamed("check", { News: news(), Olds: {} });
  const { details } = await statusOf(renamed("create", { Properties: inputs, Preview: true }));
  expect(details).toContain('  aliases: ["urn:pulumi:dev::keys::acme:index:Payments::payments"]');
  expect(details.match(/aliases:/g)).toHaveLength(1);
});
