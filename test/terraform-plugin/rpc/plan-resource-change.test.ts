/** Plans: known values, unknown values, refusals, and the warnings of an update that retires a key. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UNKNOWN } from "../../../provider/engine/resource/unknown.ts";
import { readPrivate } from "../../../provider/terraform-plugin/private-data.ts";
import { vaultId } from "../../emulator/harness.ts";
import { approve } from "../../engine/harness.ts";
import { keyConfig, useStage } from "../stage.ts";

const stage = useStage();
const absentId = "9b2d0000-0000-4000-8000-00000000dead";

describe("the plan of a creation", () => {
  test("keeps configured values, fills in defaults, and leaves unknown what only the service determines", async () => {
    const { planned, action } = await stage.core("uko_managed_key").plan(keyConfig({ tags: { team: "payroll" } }));
    expect(action).toBe("create");
    expect(planned).toMatchObject({
      label: "payroll",
      tags: { team: "payroll" },
      align: false,
      dual_authorization: "required",
      deletion_completes_at: "removed",
      id: UNKNOWN,
      lifecycle_state: UNKNOWN,
      description: UNKNOWN,
      // Neither the configuration nor the service sets these.
      state: null,
      deletion_reason: null,
      rotation_trigger: null,
      existing_key_id: null,
    });
  });

  test("passes on unknown values, and does not judge them", async () => {
    const { planned, errors } = await stage
      .core("uko_managed_key")
      .plan(keyConfig({ vault_id: UNKNOWN, tags: { team: UNKNOWN }, expiration_date: "2030-01-31" }));
    expect(errors).toEqual([]);
    expect(planned).toMatchObject({ vault_id: UNKNOWN, tags: { team: UNKNOWN }, expiration_date: "2030-01-31" });
  });

  test("sets the connections of other clouds to null, and leaves open what the service may add to the right one", async () => {
    const core = stage.core("uko_keystore");
    const internal = await core.plan({ vault_id: vaultId, type: "internal", name: "ring-two" });
    expect(internal.planned).toMatchObject({
      aws_region: null,
      azure_tenant: null,
      secret_digests: {},
      ring: UNKNOWN,
    });
    const google = await core.plan({
      ...{ vault_id: vaultId, type: "google_kms", name: "google", google_credentials: "QUJD", google_location: "eu" },
    });
    expect(google.planned).toMatchObject({
      google_location: "eu",
      google_project_id: UNKNOWN,
      aws_region: null,
      google_credentials: null,
      secret_digests: UNKNOWN,
    });
  });

  test("is made without the service, but not without a credential", async () => {
    const offline = await stage.another({ ...stage.environmentOf("bob"), UKO_ENDPOINT: "http://127.0.0.1:9" });
    const { errors, planned } = await stage.core("uko_managed_key", offline).plan(keyConfig());
    expect(errors).toEqual([]);
    expect(planned).toMatchObject({ label: "payroll" });
    const { UKO_API_KEY: _key, ...without } = stage.environmentOf("bob");
    const nobody = await stage.another(without);
    const [missing] = (await stage.core("uko_managed_key", nobody).plan(keyConfig())).errors;
    expect(missing).toContain("UKO_API_KEY");
  });

  test("warns at the attribute of what the service would refuse, and that an apply fails, but not a destroy", async () => {
    const { errors, warnings } = await stage.core("uko_managed_key").plan(keyConfig({ template: "salaries" }));
    expect(errors).toEqual([]);
    expect(warnings[0]).toMatch(/^template: vault \S+ has no template "salaries"\nIts templates: .*payroll/);
    expect(warnings[0]).toMatch(
      /\nAn apply fails here, unless an earlier step of it removes the reason\. A destroy continues\.$/,
    );
    const absent = { existing_key_id: "9b2d0000-0000-4000-8000-00000000dead" };
    const adopting = await stage.core("uko_managed_key").plan(keyConfig(absent));
    expect(adopting.warnings[0]).toMatch(/^existing_key_id: The key to adopt was not found/);
  });

  test("accepts a template that the same plan creates, and refuses a second block with one label", async () => {
    const template = {
      vault_id: vaultId,
      name: "salaries",
      algorithm: "aes",
      size: "256",
      keystore_type: "ibm_cloud_kms",
      group: "payroll",
      activation_period: "P0D",
      expiration_period: "P5Y",
    };
    expect((await stage.core("uko_key_template").plan(template)).errors).toEqual([]);
    const [first, second] = [stage.core("uko_managed_key"), stage.core("uko_managed_key")];
    const config = keyConfig({ template: "salaries" });
    expect((await first.plan(config)).warnings).toEqual([]);
    expect((await second.plan(config)).warnings).toEqual([
      expect.stringMatching(/^label: another resource of this configuration declares the same object\n/),
    ]);
  });

  test("refuses one of two blocks that declare one label or adopt one key, also if the host plans both at once", async () => {
    const [first, second] = [stage.core("uko_managed_key"), stage.core("uko_managed_key")];
    for (const [attribute, config] of [
      ["label", { label: "twice" }],
      ["existing_key_id", { label: "adopted", existing_key_id: "9b2d0000-0000-4000-8000-000000000002" }],
    ] as const) {
      const plans = await Promise.all([first.plan(keyConfig(config)), second.plan(keyConfig(config))]);
      const same = `${attribute}: another resource of this configuration declares the same object`;
      expect(plans.flatMap(({ warnings }) => warnings).filter((each) => each.startsWith(same))).toHaveLength(1);
    }
  });

  test("holds for every configuration that passes its checks, and hosts find no fault with it", async () => {
    const word = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(..."abcXYZ 09._/-") });
    const maybe = <T>(value: fc.Arbitrary<T>) => fc.oneof(value, fc.constant(null), fc.constant(UNKNOWN));
    const config = fc.record({
      vault_id: fc.constant(vaultId),
      template: fc.constant("payroll"),
      label: maybe(word),
      description: maybe(fc.string({ unit: "grapheme", maxLength: 50 })),
      tags: maybe(fc.dictionary(fc.constantFrom("a", "b c", "constructor"), maybe(word), { noNullPrototype: true })),
      state: maybe(fc.constantFrom("active", "deactivated", "destroyed")),
      align: maybe(fc.boolean()),
      deletion_gate: maybe(fc.constantFrom("both", "destroy")),
      rotation_trigger: maybe(word),
      deletion_reason: maybe(fc.string({ unit: "grapheme" })),
    });
    await fc.assert(
      fc.asyncProperty(config, async (given) => {
        const { errors, planned } = await stage.core("uko_managed_key").plan(given);
        if (errors.length > 0) return;
        for (const [name, value] of Object.entries(given)) if (value !== null) expect(planned?.[name]).toEqual(value);
      }),
      { numRuns: 60 },
    );
  });
});

describe("the plan of an update", () => {
  test("refuses another template before the apply, and follows a renamed template", async () => {
    const core = await stage.made();
    const refused = await core.plan(keyConfig({ template: "cards" }));
    expect(refused.errors[0]).toMatch(/^template: cannot change: the key was created from template "payroll"/);
    expect(refused.attributes).toEqual(["template"]);
    const template = stage.uko.test.emulator.world.templates.get(String(core.saved?.value.template_id));
    if (template === undefined) throw new Error("no template");
    template.name = "wages";
    expect((await core.plan(keyConfig({ template: "wages" }))).errors).toEqual([]);
  });

  test("leaves a name without a template to the apply, since the run may rename the key's template", async () => {
    const core = await stage.made();
    expect((await core.plan(keyConfig({ template: "wages" }))).errors).toEqual([]);
  });

  test("is empty if the configuration matches, in whatever form", async () => {
    const core = stage.core("uko_kms_key");
    const config = {
      ...{ name: "orders", aliases: ["two", "one"], expiration_date: "2031-01-31T01:00:00+01:00", tags: ["bb", "aa"] },
      ...{ dual_authorization: "single" },
    };
    expect(await core.apply(config)).toMatchObject({ errors: [] });
    await core.refresh();
    for (const alike of [
      config,
      { ...config, aliases: ["one", "two"], tags: ["aa", "bb"], expiration_date: "2031-01-31T00:00:00Z" },
      { name: "orders", dual_authorization: "single" },
    ]) {
      expect((await core.plan(alike)).action).toBe("none");
    }
  });

  test("shows that KMS's own dual authorization is turned on, which never goes off again", async () => {
    const core = stage.core("uko_kms_key");
    await core.apply({ name: "orders", dual_authorization: "single" });
    await core.refresh();
    const written = { name: "orders", dual_authorization: "required", dual_auth_delete: true };
    expect((await core.plan(written)).planned).toMatchObject({ dual_auth_delete: true });
    expect(await core.apply(written)).toMatchObject({ errors: [] });
    expect(core.saved?.value).toMatchObject({ dual_auth_delete: true });
    expect((await core.plan({ name: "orders" })).action).toBe("none");
  });

  test("opens only the changed values", async () => {
    const core = await stage.made();
    const described = await core.plan(keyConfig({ description: "for the wages" }));
    expect(described.action).toBe("update");
    expect(described.planned).toEqual({ ...core.saved?.value, description: "for the wages" });
    const rotated = await core.plan(keyConfig({ rotation_trigger: "2026" }));
    expect(rotated.planned).toMatchObject({ rotation_trigger: "2026", version: UNKNOWN, lifecycle_state: "active" });
  });

  test("keeps the service's value for what the configuration no longer sets", async () => {
    const core = await stage.made({ description: "for the wages", tags: { team: "x" }, rotation_trigger: "1" });
    expect((await core.plan(keyConfig())).action).toBe("none");
  });

  test("is not empty until the goal is reached, so that the next apply continues", async () => {
    const core = await stage.made();
    const config = keyConfig({ state: "deactivated", dual_authorization: "required" });
    const first = await core.apply(config);
    expect(first).toMatchObject({ errors: [] });
    expect(first.warnings.join()).toContain("is waiting for a second person");
    expect(first.warnings.join()).toContain("uko approve payroll");
    const next = await core.plan(config);
    expect(next.action).toBe("update");
    expect(next.planned).toMatchObject({ lifecycle_state: UNKNOWN, state: "deactivated" });
  });

  test("reports what an update towards the key's deletion will do and require, from the state alone", async () => {
    const core = await stage.made();
    const offline = await stage.another({ ...stage.environmentOf("bob"), UKO_ENDPOINT: "http://127.0.0.1:9" });
    await core.by(offline).refresh();
    const { warnings, errors } = await core.by(offline).plan(keyConfig({ state: "destroyed" }));
    expect(errors).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^Destroying key "payroll" requires two people and several runs\n.*1\. This run requests .* succeeds/s,
      ),
    ]);
    await core.refresh();
    // The key was created for two people, and a program alone does not change that.
    const [two] = (await core.plan(keyConfig({ state: "deactivated", dual_authorization: "single" }))).warnings;
    expect(two).toContain('Deactivating key "payroll" requires two people and several runs');
    const one = await stage.made({ label: "alone", dual_authorization: "single" });
    await one.refresh();
    const config = keyConfig({ label: "alone", state: "deactivated", dual_authorization: "single" });
    const [short] = (await one.plan(config)).warnings;
    expect(short).toMatch(/^Deactivating key "alone" requires one person and one run\n.*stops working/s);
    const open = await core.plan(keyConfig({ state: "deactivated", dual_authorization: UNKNOWN }));
    expect(open.warnings.join()).toContain('Deactivating key "payroll" requires two people and several runs');
  });

  test("reports who requested it, and what the requester's run will do once another person has approved it", async () => {
    const core = await stage.made();
    const config = keyConfig({ state: "destroyed" });
    await core.apply(config);
    await core.refresh();
    const [waiting] = (await core.plan(config)).warnings;
    expect(waiting).toMatch(/^Key "payroll" is waiting for a second person to approve its deactivation\n/);
    expect(waiting).toContain("You requested the deactivation. Until another person approves");
    const ref = stage.uko.ref(String(core.saved?.value.key_id));
    await stage.uko.advance("60s");
    await approve(stage.uko.run("alice"), ref, { stores: true });
    await stage.bob.provider.configureProvider();
    await core.refresh();
    const [acting] = (await core.plan(config)).warnings;
    expect(acting).toMatch(
      /^This run deactivates key "payroll" if you have the role Key Custodian - Deployer: you requested the deactivation, and IBMid-550000ALICE \("Alice Example"\) approved it\n.*stops working/s,
    );
  });

  test("reports it in the plan alone, and not when an apply plans again", async () => {
    const core = await stage.made();
    await stage.bob.provider.configureProvider();
    const { warnings } = await core.apply(keyConfig({ state: "destroyed" }));
    expect(warnings).toEqual([
      expect.stringMatching(/^Evidence of this run: \//),
      expect.stringMatching(
        /^Key "payroll" is waiting for a second person to approve its deactivation\n {2}You requested/,
      ),
    ]);
  });

  test("warns of a protected key that the plan deactivates, without an error, since a destroy begins with such a plan", async () => {
    const core = await stage.made({ deletion_protection: true });
    await core.refresh();
    const { errors, warnings } = await core.plan(keyConfig({ deletion_protection: true, state: "deactivated" }));
    expect(errors).toEqual([]);
    expect(warnings).toEqual([
      'Deletion protection is on for key "payroll"\n' +
        "  This run will fail. Nothing stops working.\n" +
        "  Next: set deletion_protection = false in the configuration, then run:\n    tofu apply\n  [UKO_DELETION_PROTECTED]",
    ]);
    const loosened = await core.plan(keyConfig({ state: "deactivated" }));
    expect(loosened.warnings.join()).toContain("requires two people");
  });

  test("does not warn if no key is deactivated, or the goal is reached", async () => {
    const core = await stage.made({ dual_authorization: "single" });
    await core.refresh();
    for (const over of [{ state: "active" }, { description: "new" }]) {
      expect((await core.plan(keyConfig({ dual_authorization: "single", ...over }))).warnings).toEqual([]);
    }
    const config = keyConfig({ state: "deactivated", dual_authorization: "single" });
    const alice = await stage.another(stage.environmentOf("alice"));
    expect((await core.by(alice).apply(config)).errors).toEqual([]);
    await core.refresh();
    expect(await core.plan({ ...config, description: "new" })).toMatchObject({ action: "update", warnings: [] });
  });

  test("refuses a change of an immutable attribute, at that attribute, with a remedy, and never by a replacement", async () => {
    const core = await stage.made();
    const { errors, attributes } = await core.plan(keyConfig({ vault_id: absentId, label_tags: { APP: "payroll" } }));
    expect(attributes).toEqual(["vault_id", "label_tags"]);
    expect(errors[0]).toBe(
      "vault_id: cannot change on an existing key\nCreate a new key, move to it, then delete the old one.",
    );
  });

  test("needs no service", async () => {
    const core = await stage.made();
    const offline = await stage.another({ ...stage.environmentOf("bob"), UKO_ENDPOINT: "http://127.0.0.1:9" });
    expect((await core.by(offline).plan(keyConfig({ description: "new" }))).action).toBe("update");
  });
});

describe("a replacement", () => {
  test("is refused if -replace or a trigger requests it, and only then", async () => {
    const core = await stage.made();
    const { errors } = await core.plan(keyConfig(), { isReplacement: true });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^A uko_managed_key cannot be replaced, .*\n.*with another name and label/s);
    expect((await core.plan(keyConfig())).errors).toEqual([]);
  });

  test("of a tainted key is refused when its deletion comes first", async () => {
    const core = await stage.made();
    const before = core.saved;
    if (before === undefined) throw new Error("There is no key");
    core.restore({ ...before, isTainted: true });
    const plan = await core.plan(keyConfig());
    expect(readPrivate(plan.private).planned).toBe("create");
    const seq = await stage.uko.lastSeq();
    const reply = await stage.bob.provider.applyResourceChange({
      typeName: "uko_managed_key",
      ...core.wire(before),
      plannedPrivate: plan.private,
    });
    expect(reply.diagnostics[0]?.detail).toMatch(/^Key "payroll" \S+: A uko_managed_key cannot be replaced/);
    expect(reply.newState?.msgpack.length).toBeGreaterThan(100);
    expect(await stage.uko.effects(seq)).toEqual([]);
  });
});

describe("a creation under a label that the state has", () => {
  const clash = expect.stringMatching(/^Key "payroll" is already in the state, so no other key can have its label\n/);

  /** A key of an earlier run. */
  const madeBefore = async () => {
    const core = await stage.made();
    await stage.bob.provider.configureProvider();
    return core;
  };

  test("is reported in the plan of a tainted key, without an error, since tofu destroy begins with such a plan", async () => {
    const core = await madeBefore();
    const { saved } = core;
    await core.refresh();
    expect((await core.plan(keyConfig())).warnings).toEqual([]);
    core.restore(saved && { ...saved, isTainted: true });
    const { errors, warnings } = await core.plan(keyConfig());
    expect(errors).toEqual([]);
    expect(warnings).toEqual([clash]);
    expect(warnings[0]).toContain("tofu untaint");
    expect((await core.plan(keyConfig())).warnings, "once").toEqual([]);
  });

  test("is not reported if the key is deleted, adopted, or has another label", async () => {
    const former = await madeBefore();
    await former.refresh();
    const later = stage.core("uko_managed_key");
    const adopting = await later.plan(keyConfig({ existing_key_id: former.saved?.value.key_id }));
    expect(adopting.warnings).toEqual([expect.stringMatching(/^This run adopts the existing key "payroll" /)]);
    expect((await later.plan(keyConfig({ label: "wages" }))).warnings).toEqual([]);
    stage.uko.test.emulator.world.keys.delete(String(former.saved?.value.key_id));
    await stage.bob.provider.configureProvider();
    await former.refresh();
    expect(former.saved).toBeUndefined();
    expect((await later.plan(keyConfig())).warnings).toEqual([]);
  });
});

test("a normal plan of a key in deletion has no error, since a destroy begins with one", async () => {
  const core = await stage.made();
  await core.apply(null);
  await stage.bob.provider.configureProvider();
  const refreshed = await core.refresh();
  expect(refreshed.errors).toEqual([]);
  expect(refreshed.warnings[0]).toMatch(/^Key "payroll" is waiting for approval of its deactivation/);
  expect(await core.plan(keyConfig())).toMatchObject({ errors: [], action: "none" });
});

describe("a plan for one person", () => {
  test("warns that an existing key keeps the stricter rule, which the state shows", async () => {
    const core = await stage.made();
    await core.refresh();
    const single = keyConfig({ dual_authorization: "single" });
    const { errors, warnings } = await core.plan(single);
    expect([errors, warnings]).toEqual([
      [],
      [
        'Key "payroll" keeps its marker "both", although the configuration sets dual_authorization = "single"\n' +
          "  The rule of an existing key only gets stricter.\n  Next: create a new key if you need the other rule.",
      ],
    ]);
    await core.apply(single);
    expect(core.saved?.value).toMatchObject({ dual_authorization: "single", dual_marker: "both" });
  });
});

describe("a plan in a pipeline without a place for evidence", () => {
  const pipeline = () => stage.another({ ...stage.environmentOf("bob"), CI: "true", UKO_EVIDENCE: "" });

  test("fails like its apply if it holds a request or a step", async () => {
    const core = await stage.made();
    const host = await pipeline();
    const inPipeline = core.by(host);
    const error = expect.stringMatching(/^This run has no place for its evidence\n.*\[UKO_EVIDENCE_UNWRITABLE\]$/s);
    expect((await inPipeline.plan(null)).errors).toEqual([error]);
    await host.provider.configureProvider();
    expect((await inPipeline.plan(keyConfig({ state: "destroyed" }))).errors).toEqual([error]);
  });

  test("succeeds without one, also if a request is pending", async () => {
    const core = await stage.made();
    await core.apply(null);
    const host = await pipeline();
    const inPipeline = core.by(host);
    expect((await inPipeline.plan(keyConfig({ description: "new" }))).errors).toEqual([]);
    await host.provider.configureProvider();
    expect((await inPipeline.plan(null)).errors).toEqual([]);
  });
});
