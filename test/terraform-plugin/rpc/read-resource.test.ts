/** Reads: drift is reported, a deleted object leaves the state, and an unreadable one stays. */

import { expect, test } from "vitest";
import { UNKNOWN } from "../../../provider/engine/resource/unknown.ts";
import { stateText } from "../core.ts";
import { keyConfig, useStage } from "../stage.ts";

const stage = useStage();

test("another writer's change is in the state after a read, and planned back if the configuration requires it", async () => {
  const core = await stage.made({ tags: { team: "payroll" } });
  await stage.uko.test
    .as("carol")
    .patch(String(core.saved?.value.key_id), { tags: [{ name: "team", value: "other" }] });
  await stage.bob.provider.configureProvider();
  await core.refresh();
  expect(core.saved?.value.tags).toEqual({ team: "other" });
  expect((await core.plan(keyConfig({ tags: { team: "payroll" } }))).action).toBe("update");
  // The same write removed the marker, so the tags are visible if the program sets none.
  const { action, planned } = await core.plan(keyConfig());
  expect(action).toBe("update");
  expect(planned).toMatchObject({ tags: { team: "other" }, dual_marker: UNKNOWN });
});

test("values that only this tool has stay unchanged", async () => {
  const core = await stage.made({
    deletion_reason: "end of contract",
    rotation_trigger: "1",
    deletion_protection: true,
  });
  const before = stateText(core.saved?.value ?? {});
  await core.refresh();
  expect(stateText(core.saved?.value ?? {})).toBe(before);
  expect(core.saved?.identity).toBeDefined();
});

test("one warning says that a key is out of use, and that no approval of its deactivation is known", async () => {
  const core = await stage.made();
  await stage.uko.test.as("carol").step(String(core.saved?.value.key_id), "deactivate");
  await stage.bob.provider.configureProvider();
  await core.refresh();
  await stage.bob.provider.configureProvider();
  const { warnings } = await core.refresh();
  expect(warnings).toEqual([
    expect.stringMatching(
      /is deactivated, but the configuration declares it\n.*No approval of the deactivation .*\.\n/,
    ),
  ]);
});

test("a deleted key leaves the state", async () => {
  const core = await stage.made({ template: "payroll-draft" });
  const carol = stage.uko.test.as("carol");
  const id = String(core.saved?.value.key_id);
  await carol.step(id, "destroy");
  expect((await carol.remove(id)).status).toBe(204);
  await stage.bob.provider.configureProvider();
  await core.refresh();
  expect(core.saved).toBeUndefined();
});

test.each([[401], [403], [500]])(
  "a read that %i ends keeps the state and warns, so that no other run stops",
  async (code) => {
    const core = await stage.made();
    const before = core.saved;
    for (const operation of ["listManagedKeys", "getManagedKey"]) await stage.uko.fault({ operation, status: code });
    const { errors, warnings } = await core.refresh();
    expect(errors).toEqual([]);
    expect(warnings[0]).toMatch(/^Could not read a resource, so its state is from the last read\n/);
    expect(core.saved).toEqual(before);
  },
);

test("missing settings are an error, since no later run can continue without them", async () => {
  const core = await stage.made();
  const { UKO_API_KEY: _left, ...environment } = stage.environmentOf("bob");
  const { errors } = await core.by(await stage.another(environment)).refresh();
  expect(errors[0]).toMatch(/^The credential is not set\n.*\[UKO_SETTINGS_INVALID\]$/s);
});

test("TF_LOG=DEBUG shows each call of the service with its status, time and correlation ID, and no secret", async () => {
  const core = await stage.made();
  const environment = stage.environmentOf("bob");
  const host = await stage.another({ ...environment, TF_LOG: "DEBUG" });
  await stage.uko.fault({ status: 503, times: 1 });
  await core.by(host).refresh();
  const log = host.log();
  expect(log).toMatch(/GET \S+\/managed_keys\S* 200 in \d+ ms (?:after 1 retry )?[0-9a-f-]{36}/);
  expect(log).toContain("after 1 retry");
  expect(log).not.toContain(environment.UKO_API_KEY);
  expect(log).not.toMatch(/bearer|authorization/i);
});
