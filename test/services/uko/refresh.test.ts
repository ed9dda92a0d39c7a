/**
 * A refresh of a stack with a thousand keys: few calls, and none of those that only a decision about a key
 * requires.
 */

import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/store/demo-seed.ts";
import { managedKey } from "../../../provider/resources/managed-key/index.ts";
import { auditOf, vaultId } from "../../emulator/harness.ts";
import { options, startEngineWorld } from "../../engine/harness.ts";

const idOf = (at: number): string => `aaaaaaaa-0000-4000-8000-${String(at).padStart(12, "0")}`;
const count = 1_000;

test("a thousand active keys that are read at once take at most ten calls, and a destroyed one its own", async () => {
  const keys = Array.from({ length: count }, (_, at) => ({
    id: idOf(at),
    vault: vaultId,
    template: "payroll",
    label: `key ${at}`,
    state: at === 0 ? ("destroyed" as const) : ("active" as const),
  }));
  const uko = await startEngineWorld({ seed: { ...demoSeed, keys } });
  try {
    const state = await uko.make();
    const { world } = uko.run("carol");
    const since = (await auditOf(uko.test)).length;
    const run = { leastPeople: "single" as const, approvals: [] };
    const found = await Promise.all(
      keys.map(({ id }) => managedKey.read(world, { ...state, keyId: id }, run, options)),
    );
    expect(found.map((each) => each?.state.label)).toEqual(keys.map(({ label }) => label));
    const calls = (await auditOf(uko.test)).slice(since).map(({ operation }) => operation);
    expect(calls.filter((operation) => operation !== "getStatusInKeystores").length).toBeLessThanOrEqual(10);
    expect(calls.filter((operation) => operation === "getStatusInKeystores")).toHaveLength(1);
    expect(calls).not.toContain("getManagedKey");
  } finally {
    await uko.test.close();
  }
}, 30_000);
