/** Guarantees of a plan with the real OpenTofu: a saved plan, a rename without a moved block, and a plan while the service is down. */

import { expect, test } from "vitest";
import { keyProgram, type, withMade, withStage } from "./support/tofu-stage.ts";

test("a saved plan does not act on an approval that was stored after it", () =>
  withStage(async (stage) => {
    const [alice, carol] = [await stage.person("alice"), await stage.person("carol")];
    await carol.apply();
    await stage.advance(60_000);
    await carol.destroy();
    const planned = await carol.plan(["-destroy", "-out=saved.plan"]);
    expect(planned.output).toContain("changes nothing");
    await type(alice, ["approve", "payroll", "--store"]);
    const mark = await stage.mark();
    const applied = await carol.apply(["saved.plan"]);
    expect(applied.exitCode, applied.output).toBe(1);
    expect(applied.output).toContain("[UKO_PLAN_OUTDATED]");
    expect(await stage.effects(mark)).toEqual([]);
    expect((await carol.plan(["-destroy", "-out=saved.plan"])).exitCode).toBe(0);
    const acted = await carol.apply(["saved.plan"]);
    expect(acted.output).not.toContain("[UKO_PLAN_OUTDATED]");
    expect((await carol.state()).resources[0]?.attributes).toMatchObject({ key_state: "deactivated" });
  }));

test("the plan refuses a renamed block without moved that adopts the key, also without a refresh", () =>
  withMade(keyProgram(), async ({ stage, bob }) => {
    const keyId = String((await bob.state()).resources[0]?.attributes.key_id);
    await bob.writeProgram(keyProgram(`existing_key_id = "${keyId}"`).replace('" "payroll"', '" "wages"'));
    const mark = await stage.mark();
    for (const args of [[], ["-refresh=false"]]) {
      const refused = await bob.apply(args);
      expect(refused.exitCode, refused.output).toBe(1);
      expect(refused.output).toContain("[UKO_DECLARED_TWICE]");
    }
    expect(await stage.effects(mark)).toEqual([]);
    expect((await bob.destroy()).output).toContain("state rm uko_managed_key.");
  }));

test("a plan while the service is down exits 1 under UKO_STRICT_READS=1, and otherwise 0 with a warning", () =>
  withMade(keyProgram(), async ({ stage, bob }) => {
    for (const operation of ["listManagedKeys", "getManagedKey"])
      await stage.uko.control("faults", { operation, status: 503 });
    const lenient = await bob.plan(["-detailed-exitcode"]);
    expect(lenient.exitCode, lenient.output).toBe(0);
    expect(lenient.output).toContain("Could not read a resource, so its state is from the last read");
    const strict = await bob.plan(["-detailed-exitcode"], { env: { UKO_STRICT_READS: "1" } });
    expect(strict.exitCode, strict.output).toBe(1);
    expect(strict.output).toContain("[UKO_SERVICE_UNAVAILABLE]");
  }));
