/** `pulumi do`, which needs no program: it lists, reads and requests, and its delete requires two people. */

import { expect, test } from "vitest";
import { codeOf, ended } from "../../contracts/interfaces/support/next-steps.ts";
import { vaultId } from "../../contracts/interfaces/support/scenario.ts";
import { keyResource, withMade } from "./support/yaml-scenario.ts";

const program = { resources: { cards: keyResource("cards"), payroll: keyResource("payroll") } };

test("lists and reads keys by name and ID, answers functions, and writes nothing", () =>
  withMade({ program }, async ({ scenario, bob, made }) => {
    const run = async (...args: readonly string[]) => {
      const { stdout } = ended(await bob.engine.run(["do", ...args, "--output", "json"]), 0);
      // Before the JSON, or after it on a busy machine, `pulumi do` prints the message about the host of the emulator.
      const [json = ""] = /^(?:[[{].*[\]}]$|[[{][\s\S]*^[\]}])/m.exec(stdout) ?? [];
      return JSON.parse(json);
    };
    const id = await scenario.keyPath("payroll");
    const both = [
      { id: await scenario.keyPath("cards"), name: "cards" },
      { id, name: "payroll" },
    ];
    const sorted = (found: { name: string }[]) => found.sort((one, other) => one.name.localeCompare(other.name));
    expect(sorted(await run("uko:index:ManagedKey", "list"))).toEqual(both);
    expect(sorted(await run("uko:index:ManagedKey", "list", "--vault-id", vaultId, "--all"))).toEqual(both);
    expect(await run("uko:index:ManagedKey", "list", "--count", "1")).toHaveLength(1);
    expect(await run("uko:index:Vault", "list")).toEqual([{ id: vaultId, name: "payments" }]);
    const key = { vaultId, keyId: (await scenario.key()).id };
    expect(await run("uko:index:getManagedKey", "--vault-id", vaultId, "--key-id", key.keyId)).toMatchObject(key);
    expect(await run("uko:index:listVaults")).toMatchObject({ vaults: [{ vaultId, name: "payments" }] });
    expect(await scenario.writes(made)).toEqual([]);
  }));

test("a delete by hand requires a second person, and its repetition makes no second request", () =>
  withMade({ program }, async ({ scenario, bob, made }) => {
    const remove = ["do", "uko:index:ManagedKey", "delete", await scenario.keyPath(), "--stateless", "--yes"];
    const asked = await bob.engine.run(remove);
    expect(asked.output).toContain("[UKO_APPROVAL_PENDING]");
    expect(asked.exitCode).not.toBe(0);
    await bob.engine.run(remove);
    expect((await scenario.writes(made)).map(({ operation }) => operation)).toEqual(["updateManagedKey"]);
    expect(await scenario.key()).toMatchObject({ state: "active" });
    // What the stack has is still the stack's.
    expect(codeOf(ended(await bob.destroy(["--continue-on-error"]), 1).output, "payroll")).toBe("UKO_APPROVAL_PENDING");
  }));
