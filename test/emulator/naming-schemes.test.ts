import { beforeEach, describe, expect, it } from "vitest";
import { makeTemplate, refusalOf } from "./container-requests.ts";
import { stageFreshWorld } from "./harness.ts";

const world = stageFreshWorld();
beforeEach(async () => {
  await world.control("clock", { set: "2026-03-04T00:00:00Z", freeze: true });
});

/** Makes a template whose keys are in use for five years from March 2026, and a key of it. */
async function create(scheme: string, tags: Readonly<Record<string, string>> = {}, fields: object = {}) {
  await makeTemplate(world.as("bob"), { name: "named", naming_scheme: scheme });
  const label_tags = Object.entries(tags).map(([name, value]) => ({ name, value }));
  return world.as("bob").create({ template_name: "named", label: undefined, label_tags, ...fields });
}

describe("K2 builds a label by the template's naming scheme (uko-v4.md 3.11)", () => {
  it("from the tags that the request gives, which the key keeps", async () => {
    const { body } = await create("app-<name>-<stage>", { name: "payroll", stage: "test" });
    expect(body).toMatchObject({
      label: "app-payroll-test",
      label_tags: [
        { name: "name", value: "payroll" },
        { name: "stage", value: "test" },
      ],
      is_rotatable: true,
    });
    expect((await world.as("bob").step(body.id, "rotate")).status).toBe(200);
  });

  it.each([
    ["<lay>", "2031"],
    ["<lastActiveYear/yyyy>", "2031"],
    ["<lay/2>", "31"],
    ["<lastActiveMonth>", "03"],
    ["<yyyy>-<yy>-<mm>", "2026-26-03"],
  ])("K2 computes %s from the key's dates; K9 is then refused", async (scheme, label) => {
    const { body } = await create(`k ${scheme}`);
    expect(body).toMatchObject({ label: `k ${label}`, is_rotatable: false });
    expect((await world.as("bob").step(body.id, "rotate")).status).toBe(409);
  });

  it("K2 refuses a tag without a value, and a value of one character or with a dash", async () => {
    expect(refusalOf(await create("<name>"))).toEqual([400, "missing_field", "label_tags.name"]);
    for (const name of ["x", "a-b"]) {
      expect(refusalOf(await create("<name>", { name }))).toEqual([400, "invalid_field", "label_tags.0.value"]);
    }
  });

  it("K4 cannot rename a key that was made under a scheme (2.5)", async () => {
    const { body } = await create("app-<name>", { name: "payroll" });
    expect((await world.as("alice").patch(body.id, { label: "another" })).status).toBe(409);
    expect((await world.as("alice").patch(body.id, { label: "app-payroll" })).status).toBe(200);
  });

  it("K3 shows the label inside the keystores by the scheme of the keystores item (3.6)", async () => {
    await makeTemplate(world.as("bob"), {
      name: "inside",
      keystores: [{ group: "payroll", type: "ibm_cloud_kms", naming_scheme: "in <name>" }],
    });
    const fields = { template_name: "inside", label: "outside" };
    const { body } = await world.as("bob").create({ ...fields, label_tags: [{ name: "name", value: "ring" }] });
    expect(body).toMatchObject({ label: "outside", instances: [{ label_in_keystore: "in ring" }] });
    expect((await world.as("bob").create({ ...fields, label: "other" })).status).toBe(400);
  });

  it.each(["<>", "<name", "a*b", `<${"x".repeat(21)}>`, "<kt>", "<a-b>"])(
    "T2 refuses the scheme %s",
    async (scheme) => {
      await create(scheme);
      expect((await world.as("bob").create({ template_name: "named", label: "x" })).status).toBe(404);
    },
  );
});
