/**
 * One change of the trigger rotates once, although hosts read between runs, and a read writes the new version
 * to the state before any comparison.
 */

import { describe, expect, test } from "vitest";
import type { Config, Core } from "../core.ts";
import { keyConfig, useStage } from "../stage.ts";

const stage = useStage();

/** Two runs of one configuration, an hour or more apart as in a pipeline, each after a read: the messages of both. */
async function twoRuns(core: Core, config: Config) {
  const first = await core.apply(config);
  await stage.uko.clearFaults();
  await stage.uko.advance("2h");
  await core.refresh();
  const second = await core.apply(config);
  return { first, second };
}

const rotations = async (operation: "rotateManagedKey" | "rotateKmsKey") =>
  (await stage.uko.effects()).filter((each) => each === operation).length;

describe("a key is rotated once", () => {
  test("although the read after it fails", async () => {
    const core = await stage.made();
    // Two reads come before the rotation: for the attributes and the marker, and for the rotation itself.
    await stage.uko.fault({ operation: "getManagedKey", skip: 2, status: 500 });
    const { first, second } = await twoRuns(core, keyConfig({ rotation_trigger: "2026" }));
    expect(await rotations("rotateManagedKey")).toBe(1);
    expect(first).toMatchObject({ errors: [], warnings: [expect.stringContaining("was rotated, but")] });
    expect(second).toMatchObject({ errors: [], warnings: [] });
    expect(core.saved?.value).toMatchObject({ version: 2, rotation_trigger: "2026" });
    expect((await core.plan(keyConfig({ rotation_trigger: "2026" }))).action).toBe("none");
  });

  test("although its response is lost and the read after it fails", async () => {
    const core = await stage.made();
    await stage.uko.fault({ operation: "rotateManagedKey", drop: "after" });
    await stage.uko.fault({ operation: "getManagedKey", skip: 2, status: 500 });
    const { first } = await twoRuns(core, keyConfig({ rotation_trigger: "2026" }));
    expect(await rotations("rotateManagedKey")).toBe(1);
    expect(first.warnings).toEqual([
      expect.stringMatching(/^It is not known whether key "payroll" was rotated: .* change rotation_trigger again$/),
    ]);
    expect(core.saved?.value).toMatchObject({ version: 2, rotation_trigger: "2026" });
  });

  test.each([
    ["deactivated", {}],
    ["deactivated", { deletion_protection: true }],
    ["destroyed", {}],
    ["destroyed", { deletion_protection: true }],
  ])("and not while it goes to %s, whether that would wait or be refused: %o", async (state, over) => {
    const core = await stage.made(over);
    const before = await stage.uko.lastSeq();
    const both = keyConfig({ ...over, state, rotation_trigger: "2026", description: "new" });
    const { first, second } = await twoRuns(core, both);
    expect(await stage.uko.effects(before)).toEqual([]);
    expect(first.errors).toEqual([
      expect.stringMatching(
        /^Key "payroll" was not rotated, because state = "(deactivated|destroyed)".*Set rotation_trigger.*\[UKO_CHANGE_IMPOSSIBLE\]$/s,
      ),
    ]);
    expect(second.errors).toEqual(first.errors);
    expect((await core.apply(keyConfig({ ...over, rotation_trigger: "2026" }))).errors).toEqual([]);
    expect(core.saved?.value).toMatchObject({ version: 2, rotation_trigger: "2026" });
  });
});

describe("a KMS key is rotated once", () => {
  const config = { name: "ledger" };

  test("although the read after it fails", async () => {
    const core = stage.core("uko_kms_key");
    await core.apply(config);
    await stage.uko.fault({ operation: "getKmsKeyMetadata", skip: 2, status: 500 });
    const { first, second } = await twoRuns(core, { ...config, rotation_trigger: "2026" });
    expect(await rotations("rotateKmsKey")).toBe(1);
    expect(first).toMatchObject({ errors: [], warnings: [expect.stringContaining("was rotated, but")] });
    expect(second).toMatchObject({ errors: [], warnings: [] });
    expect(core.saved?.value).toMatchObject({ last_rotated_at: expect.any(String), rotation_trigger: "2026" });
  });

  test("although its response is lost and the read after it fails", async () => {
    const core = stage.core("uko_kms_key");
    await core.apply(config);
    await stage.uko.fault({ operation: "rotateKmsKey", drop: "after" });
    await stage.uko.fault({ operation: "getKmsKeyMetadata", skip: 2, status: 500 });
    const { first } = await twoRuns(core, { ...config, rotation_trigger: "2026" });
    expect(await rotations("rotateKmsKey")).toBe(1);
    expect(first.warnings).toEqual([expect.stringMatching(/^It is not known whether KMS key "ledger" was rotated: /)]);
  });
});
