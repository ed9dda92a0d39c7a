import { describe, expect, it } from "vitest";
import { stageFreshWorld } from "./harness.ts";

const world = stageFreshWorld();

/** uko-v4.md 4.2, every cell: the state afterwards, or 409. */
const cells = {
  pre_activation: {
    activate: "active",
    deactivate: 409,
    destroy: "destroyed",
    rotate: 409,
    update_from_template: "pre_activation",
    sync_status_in_keystores: "pre_activation",
    patch: "pre_activation",
    remove: 409,
    "remove?force=true": 409,
  },
  active: {
    activate: 409,
    deactivate: "deactivated",
    destroy: 409,
    rotate: "active",
    update_from_template: "active",
    sync_status_in_keystores: "active",
    patch: "active",
    remove: 409,
    "remove?force=true": 409,
  },
  deactivated: {
    activate: "active",
    deactivate: 409,
    destroy: "destroyed",
    rotate: 409,
    update_from_template: "deactivated",
    sync_status_in_keystores: "deactivated",
    patch: "deactivated",
    remove: 409,
    "remove?force=true": 409,
  },
  pending: {
    activate: 409,
    deactivate: 409,
    destroy: 409,
    rotate: 409,
    update_from_template: 409,
    sync_status_in_keystores: "destroyed",
    patch: "destroyed",
    remove: 409,
    "remove?force=true": "removed",
  },
  destroyed: {
    activate: 409,
    deactivate: 409,
    destroy: 409,
    rotate: 409,
    update_from_template: 409,
    sync_status_in_keystores: "destroyed",
    patch: "destroyed",
    remove: "removed",
    "remove?force=true": "removed",
  },
} as const;

const table = Object.entries(cells).flatMap(([state, row]) =>
  Object.entries(row).map(([action, outcome]) => [state, action, outcome] as const),
);

describe.each(["payroll", "cards"] as const)("a key of template %s", (template) => {
  it.each(table)("in %s, %s: %s", async (state, action, outcome) => {
    const carol = world.as("carol");
    const { id } = await world.keyIn(state, template);
    if (state === "deactivated") await world.advance("5h");
    const before = await carol.key(id);
    const response = action.startsWith("remove")
      ? await carol.remove(id, action.slice("remove".length))
      : action === "patch"
        ? await carol.patch(id, { description: "changed" })
        : await carol.step(id, action);
    const after = await carol.key(id);
    if (outcome === 409) {
      expect(response.status).toBe(409);
      expect(after.headers.get("etag")).toBe(before.headers.get("etag"));
      expect(after.body.state).toBe(before.body.state);
    } else if (outcome === "removed") {
      expect([response.status, response.text, after.status]).toEqual([204, "", 404]);
    } else {
      expect([response.status, after.body.state]).toEqual([200, outcome]);
    }
  });
});

/** uko-v4.md 4.3: what the keystore says after each transition, when in sync. */
it.each([
  ["pre_activation", "not_present", "pre_active_key_is_not_present_in_keystore"],
  ["active", "active", "active_key_is_active_in_keystore"],
  ["deactivated", "not_active", "deactivated_key_is_deactivated_in_keystore"],
  ["pending", "pending_destruction", "destroyed_pending_key_is_pending_destruction_in_keystore"],
  ["destroyed", "not_present", "destroyed_key_is_not_present_in_keystore"],
])("a key in %s shows status %s in both kinds of keystore", async (state, status, detail) => {
  for (const template of ["payroll", "cards"] as const) {
    const key = await world.keyIn(state, template);
    expect(key.status_in_keystores[0]).toMatchObject({
      status,
      keystore_sync_flag: "ok",
      keystore_sync_flag_detail: detail,
    });
  }
});

it("no call leads out of the compromised states (4.1)", async () => {
  const key = await world.keyIn("active");
  for (const state of ["compromised", "destroyed_compromised"]) {
    await world.control(`keys/${key.id}`, { record: { state } });
    for (const action of ["activate", "deactivate", "destroy"]) {
      expect((await world.as("carol").step(key.id, action)).status).toBe(409);
    }
    expect((await world.as("carol").remove(key.id, "?force=true")).status).toBe(409);
  }
});
