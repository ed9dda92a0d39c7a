/** Creations, updates, and deletions that take several people and days. */

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { vaultId } from "../../emulator/harness.ts";
import { approve, options } from "../../engine/harness.ts";
import { approveKms, kmsRun, requestKms } from "../../engine/kms-stage.ts";
import { stateText } from "../core.ts";
import type { Host } from "../host.ts";
import { keyConfig, useStage } from "../stage.ts";

const stage = useStage();
const digest = /^scrypt:[\w-]{22}:[\w-]{43}$/;

describe("a creation", () => {
  test("is in the state with its ID and identity, and a plan after it is empty", async () => {
    const core = await stage.made({ tags: { team: "pay roll 1" } });
    const { value, identity } = core.saved ?? {};
    expect(value).toMatchObject({
      lifecycle_state: "active",
      version: 1,
      instance_id: stage.uko.test.emulator.instanceId,
    });
    expect(value?.id).toBe(`${vaultId}/${String(value?.key_id)}`);
    expect(identity?.identityData?.msgpack.length).toBeGreaterThan(50);
    await core.refresh();
    expect((await core.plan(keyConfig({ tags: { team: "pay roll 1" } }))).action).toBe("none");
  });

  test("that fails leaves no state, since a tainted key would be planned for deletion", async () => {
    const core = stage.core("uko_managed_key");
    const { errors } = await core.apply(keyConfig({ template: "absent" }));
    expect(errors).toHaveLength(1);
    expect(core.saved).toBeUndefined();
  });

  test("with a lost response is found again, and no second key is created", async () => {
    await stage.uko.fault({ operation: "createManagedKey", drop: "after", times: 1 });
    const core = stage.core("uko_managed_key");
    const { errors } = await core.apply(keyConfig());
    expect(errors).toEqual([]);
    expect(core.saved?.value).toMatchObject({ label: "payroll" });
    expect(core.saved?.isTainted).toBe(false);
    expect((await stage.uko.effects()).filter((operation) => operation === "createManagedKey")).toHaveLength(1);
  });
});

describe("a creation that has begun", () => {
  test.each([
    ["StopProvider", (host: Host) => host.provider.stopProvider()],
    ["a signal to all of the host's processes", (host: Host) => host.child.kill("SIGTERM")],
  ])("is not interrupted by %s, since no later run would find its object", async (_who, stop) => {
    await stage.uko.fault({ operation: "createManagedKey", latencyMs: 2_500, times: 1 });
    const host = await stage.another({ ...stage.environmentOf("bob"), TF_LOG: "trace" });
    const core = stage.core("uko_managed_key", host);
    const applying = core.apply(keyConfig());
    await expect.poll(() => host.log(), { timeout: 20_000 }).toContain('"tf_rpc":"ApplyResourceChange"');
    await stop(host);
    expect(await applying).toMatchObject({ errors: [] });
    expect(core.saved?.value).toMatchObject({ label: "payroll", lifecycle_state: "active" });
  });
});

describe("an update", () => {
  test("changes the differing attributes, and keeps the others as they are now", async () => {
    const core = await stage.made();
    await core.apply(keyConfig({ description: "for the wages", rotation_trigger: "2026" }));
    expect(core.saved?.value).toMatchObject({ description: "for the wages", rotation_trigger: "2026", version: 2 });
    expect((await core.plan(keyConfig({ description: "for the wages", rotation_trigger: "2026" }))).action).toBe(
      "none",
    );
  });

  test("that fails leaves the state unchanged, and taints nothing", async () => {
    const core = await stage.made();
    await stage.uko.test.as("carol").create({ label: "taken" });
    const before = core.saved;
    const { errors } = await core.apply(keyConfig({ label: "taken" }));
    expect(errors).toHaveLength(1);
    expect(core.saved).toBe(before);
  });

  test("keeps the planned values although another person changed the key meanwhile; the next read reports the change", async () => {
    const core = await stage.made({ description: "ours" });
    const id = String(core.saved?.value.key_id);
    await stage.uko.test.as("carol").patch(id, { description: "theirs" });
    const { errors } = await core.apply(keyConfig({ tags: { a: "b" } }));
    expect(errors).toEqual([]);
    expect(core.saved?.value).toMatchObject({ description: "ours", tags: { a: "b" } });
    await core.refresh();
    expect(core.saved?.value).toMatchObject({ description: "theirs", tags: { a: "b" } });
  });
});

describe("a destruction", () => {
  test("by two people goes step by step, and each step is in the state at once", async () => {
    const core = await stage.made();
    const [request = ""] = (await core.apply(null)).errors;
    expect(request).toMatch(/^Key "payroll" is waiting for a second person to approve its deactivation\n/);
    expect(request).toMatch(/\n {2}\[UKO_APPROVAL_PENDING\]$/);
    expect(core.saved?.value).toMatchObject({
      ...{ lifecycle_state: "pending_approval", deletion_awaits: "approval", deletion_requested_by: "IBMid-550000BOB" },
      deletion_record_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(core.saved?.isTainted).toBe(false);
    expect(core.saved?.identity).toBeDefined();

    const ref = stage.uko.ref(String(core.saved?.value.key_id));
    await stage.uko.advance("60s");
    await approve(stage.uko.run("alice"), ref);
    await stage.bob.provider.configureProvider();
    const [unrequested] = (await core.apply(null)).errors;
    expect(unrequested).toMatch(/\[UKO_REQUEST_PENDING\]$/);
    expect(core.saved?.value).toMatchObject({ lifecycle_state: "cooling_down", deletion_awaits: "request" });

    await stage.uko.run("bob").operations.request(ref, undefined, options);
    await stage.uko.advance("4h1m");
    await approve(stage.uko.run("carol"), ref, { stores: true });
    await stage.uko.advance("60s");
    await stage.bob.provider.configureProvider();
    await core.refresh();
    expect(core.saved?.value).toMatchObject({
      ...{ lifecycle_state: "approved", deletion_awaits: "requester" },
      ...{ deletion_requested_by: "IBMid-550000BOB", deletion_requested_by_name: "Bob Example" },
      ...{ deletion_approved_by: "IBMid-550000CAROL", deletion_approved_by_name: "Carol Example" },
    });
    const [last] = (await core.apply(null)).errors;
    expect(last).toMatch(/\[UKO_DESTRUCTION_PENDING\]$/);
    expect(core.saved?.value).toMatchObject({ lifecycle_state: "pending_destruction", key_state: "destroyed" });
    expect(core.saved?.value.deletion_not_before).toMatch(/^2026-12-24T/);

    await stage.uko.advance("31d");
    await stage.bob.provider.configureProvider();
    await core.refresh();
    expect((await core.apply(null)).errors).toEqual([]);
    expect(core.saved).toBeUndefined();
    await stage.uko.expectNobodyAlone();
  });

  test("that waits makes no second request in any further run", async () => {
    const core = await stage.made();
    await core.apply(null);
    const seq = await stage.uko.lastSeq();
    for (const name of ["bob", "alice"] as const) {
      const again = await stage.another(stage.environmentOf(name));
      expect((await core.by(again).apply(null)).errors[0]).toContain("[UKO_APPROVAL_PENDING]");
    }
    expect(await stage.uko.effects(seq)).toEqual([]);
  });

  test("of a deleted key is done", async () => {
    const core = stage.core("uko_vault");
    await core.apply({ name: "archive" });
    const { value } = core.saved ?? {};
    await stage.uko.test
      .as("carol")
      .call("DELETE", `/api/v4/vaults/${String(value?.vault_id)}`, undefined, { "If-Match": "*" });
    expect((await core.apply(null)).errors).toEqual([]);
    expect(core.saved).toBeUndefined();
  });

  test("that cannot reach the service leaves the state unchanged", async () => {
    const core = await stage.made();
    const before = core.saved;
    await stage.uko.fault({ operation: "getManagedKey", status: 503 });
    const { errors } = await core.apply(null);
    expect(errors[0]).toMatch(/\[UKO_SERVICE_UNAVAILABLE\]$/);
    expect(stateText(core.saved?.value ?? {})).toBe(stateText(before?.value ?? {}));
    expect(core.saved?.identity).toBeDefined();
  });

  test("is refused in the apply too if the key is protected, and requests nothing", async () => {
    const core = await stage.made();
    const before = core.saved;
    if (before === undefined) throw new Error("There is no key");
    core.restore({ ...before, value: { ...before.value, deletion_protection: true } });
    const reply = await stage.bob.provider.applyResourceChange({
      typeName: "uko_managed_key",
      ...core.wire(core.saved ?? before),
    });
    const [diagnostic] = reply.diagnostics;
    expect(diagnostic?.summary).toBe("Deletion protection is on");
    expect(diagnostic?.detail.split("\n")[0]).toBe('  Deletion protection is on for key "payroll"');
    expect(await stage.uko.keyOf({ keyId: before.value.key_id } as never)).toMatchObject({ state: "active" });
  });
});

describe("an object that a creation of the same run has found", () => {
  test("is not adopted by a second block", async () => {
    const { saved } = await stage.made();
    await stage.bob.provider.configureProvider();
    const [first, second] = [stage.core("uko_managed_key"), stage.core("uko_managed_key")];
    const config = keyConfig({ existing_key_id: saved?.value.key_id });
    expect(await first.apply(config)).toMatchObject({ errors: [] });
    expect((await second.apply(config)).errors.join("\n")).toContain("[UKO_DECLARED_TWICE]");
    expect(second.saved).toBeUndefined();
  });

  test("is not deleted in its former place", async () => {
    const core = await stage.made();
    const former = core.saved;
    if (former === undefined) throw new Error("There is no key");
    const plan = await core.plan(null);
    await stage.bob.provider.configureProvider();
    const second = stage.core("uko_managed_key");
    expect(await second.apply(keyConfig({ existing_key_id: former.value.key_id }))).toMatchObject({ errors: [] });
    const seq = await stage.uko.lastSeq();
    expect((await core.applySaved(plan, null)).errors).toEqual([]);
    expect(core.saved).toBeUndefined();
    expect(await stage.uko.keyCalls(seq)).toEqual([]);
    // Another run has to be about the key itself.
    const later = await stage.another(stage.environmentOf("bob"));
    expect((await second.by(later).apply(null)).errors[0]).toContain("[UKO_APPROVAL_PENDING]");
  });
});

describe("a wait within a run", () => {
  test("begins only if UKO_WAIT grants it, and ends at once with StopProvider, with the state at that time", async () => {
    const core = await stage.made();
    const patient = await stage.another({ ...stage.environmentOf("bob"), UKO_WAIT: "2h", TF_LOG_PROVIDER: "info" });
    const applying = core.by(patient).apply(null);
    await expect
      .poll(() => patient.log(), { timeout: 25_000 })
      .toMatch(/Waiting for a second person to run: uko approve/);
    const begun = performance.now();
    await patient.provider.stopProvider();
    const { errors } = await applying;
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(errors[0]).toContain("The wait was canceled");
    expect(core.saved?.value).toMatchObject({ lifecycle_state: "pending_approval" });
  });

  test("continues by itself after its date", async () => {
    const core = await stage.made();
    await core.apply(null);
    const { clock: serviceClock } = stage.uko.test.emulator.world;
    const ref = stage.uko.ref(String(core.saved?.value.key_id));
    await stage.uko.advance("60s");
    await approve(stage.uko.run("alice"), ref);
    const deactivatedAtMs = serviceClock.nowMs();
    await stage.uko.run("bob").operations.request(ref, undefined, options);
    await approve(stage.uko.run("alice"), ref, { stores: true });
    serviceClock.set(deactivatedAtMs + (4 * 3600 - 6) * 1000);
    const patient = await stage.another({ ...stage.environmentOf("bob"), UKO_WAIT: "1m" });
    await core.by(patient).refresh();
    const clock = setInterval(() => void stage.uko.advance("1s"), 500);
    const { errors } = await core
      .by(patient)
      .apply(null)
      .finally(() => clearInterval(clock));
    expect(errors[0]).toMatch(/^Key "payroll" is destroyed; keystore "payroll-ring" still holds/);
    await stage.uko.expectNobodyAlone();
  });
});

describe("a keystore's secrets", () => {
  const config = {
    ...{ vault_id: vaultId, type: "aws_kms", name: "paris", groups: ["paris", "lyon"], aws_region: "eu_west_3" },
    ...{ aws_access_key_id: "AKIAEXAMPLE", aws_secret_access_key: "hush-hush" },
  };

  test("go to the service and into no state; a digest of each shows whether it changed", async () => {
    const core = stage.core("uko_keystore");
    expect(await core.apply(config)).toMatchObject({ errors: [] });
    const text = stateText(core.saved?.value ?? {});
    expect(text).not.toMatch(/hush-hush|AKIAEXAMPLE/);
    expect(core.saved?.value).toMatchObject({
      ...{ aws_region: "eu_west_3", groups: ["paris", "lyon"], aws_access_key_id: null, azure_tenant: null },
      secret_digests: {
        aws_access_key_id: expect.stringMatching(digest),
        aws_secret_access_key: expect.stringMatching(digest),
      },
    });
    await core.refresh();
    expect((await core.plan({ ...config, groups: ["lyon", "paris"] })).action).toBe("none");
  });

  test("two keystores with one secret have different digests, none of which is a plain hash of it", async () => {
    const cores = [stage.core("uko_keystore"), stage.core("uko_keystore")];
    const [first, second] = [config, { ...config, name: "london", aws_region: "eu_west_2" }];
    const states = await Promise.all(
      [first, second].map(async (each, index) => {
        expect(await cores[index]?.apply(each)).toMatchObject({ errors: [] });
        return Object(cores[index]?.saved?.value.secret_digests) as Readonly<Record<string, string>>;
      }),
    );
    const digests = states.flatMap((each) => Object.values(each));
    expect(new Set(digests).size).toBe(4);
    expect(digests.join()).not.toContain(createHash("sha256").update("hush-hush").digest("hex"));
  });

  test("are sent again only if one is new", async () => {
    const core = stage.core("uko_keystore", await stage.another(stage.environmentOf("carol")));
    expect((await core.apply(config)).errors).toEqual([]);
    const { secret_digests: first } = core.saved?.value ?? {};
    const seq = await stage.uko.lastSeq();
    const rotated = { ...config, aws_secret_access_key: "hush-more" };
    expect((await core.plan(rotated)).action).toBe("update");
    expect((await core.apply(rotated)).errors).toEqual([]);
    const changes = (await stage.uko.trail()).filter(
      (entry) => entry.seq > seq && entry.effect && entry.operation !== "token",
    );
    expect(changes.map(({ operation }) => operation)).toEqual(["updateKeystore"]);
    expect(core.saved?.value.secret_digests).not.toEqual(first);
    expect((await core.plan(rotated)).action).toBe("none");
  });
});

describe("vault and template", () => {
  test("are created, changed, and deleted once they are empty", async () => {
    const carol = await stage.another(stage.environmentOf("carol"));
    const vault = stage.core("uko_vault", carol);
    await vault.apply({ name: "archive", description: "" });
    expect((await vault.plan({ name: "archive", description: "" })).action).toBe("none");
    const template = stage.core("uko_key_template", carol);
    const config = {
      ...{ vault_id: vault.saved?.value.vault_id, name: "ledger", algorithm: "aes", size: "256", group: "ledger" },
      ...{ activation_period: "P0D", expiration_period: "P5Y", keystore_type: "ibm_cloud_kms" },
    };
    expect(await template.apply(config)).toMatchObject({ errors: [] });
    expect(template.saved?.value).toMatchObject({ version: 1, google_purpose: null, key_state: "active" });
    expect(await template.apply({ ...config, expiration_period: "P6Y" })).toMatchObject({ errors: [] });
    expect(template.saved?.value).toMatchObject({ version: 2, expiration_period: "P6Y" });
    await carol.provider.configureProvider();
    const [inUse] = (await vault.apply(null)).errors;
    expect(inUse).toContain("[UKO_CONTAINER_IN_USE]");
    expect(vault.saved?.value).toMatchObject({ name: "archive" });
    expect((await template.apply(null)).errors).toEqual([]);
    expect((await vault.apply(null)).errors).toEqual([]);
    expect(vault.saved).toBeUndefined();
  });
});

describe("a KMS key", () => {
  test("is deleted by two people, and its state shows the deletion at once", async () => {
    const core = stage.core("uko_kms_key");
    expect(await core.apply({ name: "orders" })).toMatchObject({ errors: [] });
    await stage.uko.advance("60s");
    const plan = await core.plan(null);
    expect(plan.warnings[0]).toMatch(/^Deleting KMS key "orders" requires two people and several runs/);
    const [request = ""] = (await core.apply(null)).errors;
    expect(request).toContain("[UKO_REQUEST_PENDING]");
    const keyId = String(core.saved?.value.key_id);
    await requestKms(stage.uko, kmsRun(stage.uko, "alice"), keyId);
    const [waiting = ""] = (await core.apply(null)).errors;
    expect(waiting).toContain("[UKO_APPROVAL_PENDING]");
    expect(core.saved?.value).toMatchObject({ lifecycle_state: "pending_approval", deletion_awaits: "approval" });
    await approveKms(stage.uko, kmsRun(stage.uko, "carol"), keyId);
    expect((await core.apply(null)).errors).toEqual([]);
    expect(core.saved).toBeUndefined();
  });

  test("that imports its material keeps a digest of it, and no longer needs the material", async () => {
    const core = stage.core("uko_kms_key");
    const payload = Buffer.alloc(32, 7).toString("base64");
    await core.apply({ name: "imported", payload, dual_authorization: "single" });
    expect(stateText(core.saved?.value ?? {})).not.toContain(payload);
    expect(core.saved?.value).toMatchObject({
      imported: true,
      secret_digests: { payload: expect.stringMatching(digest) },
    });
    expect((await core.plan({ name: "imported", payload, dual_authorization: "single" })).action).toBe("none");
    expect((await core.plan({ name: "imported", dual_authorization: "single" })).action).toBe("none");
  });
});
