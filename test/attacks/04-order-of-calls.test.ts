/**
 * Two resources of a Pulumi program declare one object, in an order of calls that no plain run of a program makes: an interrupted or
 * forced replacement, a component, a destroy with a refresh, an import. 04-shared-object has the runs of programs.
 */

import { status } from "@grpc/grpc-js";
import { beforeEach, describe, expect, test } from "vitest";
import type { Stored, Target } from "../contracts/interfaces/support/wire/pulumi-provider.ts";
import { inputsOf, targetOf } from "../contracts/interfaces/support/wire/pulumi-workspace.ts";
import { approve, options } from "../engine/harness.ts";
import { type Properties, statusOf } from "../pulumi-plugin/engine.ts";
import { openDynamic, openPackage } from "../simulation/hosts.ts";
import { keyWith, useStacks } from "./stacks.ts";

const stacks = useStacks();

const rows = [
  { name: "dynamic", open: openDynamic, prefix: "pulumi-nodejs:dynamic/uko:" },
  { name: "package", open: openPackage, prefix: "uko:index:" },
] as const;

describe.each(rows)("with the interface $name", ({ name, open, prefix }) => {
  let run: ReturnType<typeof open>;
  let seq = 0;
  const writes = async () => stacks.uko.effects(seq);
  /** Each run of the engine has a process of its own. */
  async function nextRun(who: "bob" | "carol" = "bob"): Promise<void> {
    stacks.be(who);
    run = open(stacks.outputs);
    seq = await stacks.uko.lastSeq();
  }
  beforeEach(() => nextRun());

  const place = (resource: string, kind = "ManagedKey", parent = ""): Target => {
    const target = targetOf("dev", resource, `${prefix}${kind}`);
    return { ...target, urn: target.urn.replace("::keys::", `::keys::${parent}`) };
  };
  /** The same name at the top level and in a component. */
  const inComponent = (kind: string) => [place("ledger", kind), place("ledger", kind, "pay:index:Books$")] as const;
  const [payroll, wages] = [place("payroll"), place("wages")];
  const checked = async (target: Target, args: Properties, olds: Properties = {}): Promise<Properties> =>
    (await run.check(target, inputsOf(name, target, args), olds)).inputs;
  const create = async (target: Target, args: Properties): Promise<Stored> => {
    const inputs = await checked(target, args);
    return { ...target, inputs, needs: [], ...(await run.create(target, inputs, false)) };
  };
  const key = (over: Properties = {}): Properties => keyWith(over).args;
  /** A key, or a vault, that an earlier run made; the next run is this person's. */
  async function made(target: Target, args: Properties, who: "bob" | "carol" = "bob"): Promise<Stored> {
    const stored = await create(target, args);
    await stacks.uko.advance("60s");
    await nextRun(who);
    return stored;
  }
  const refusal = async (call: Promise<unknown>): Promise<string> => {
    const { code, details } = await statusOf(call);
    expect(code).toBe(status.FAILED_PRECONDITION);
    return details;
  };

  test("a creation that fails before the name is looked up refuses the deletion as well", async () => {
    const ring = { vaultId: key().vaultId, type: "internal", name: "ledger" };
    const stored = await made(place("ledger", "Keystore"), ring);
    await checked(place("books", "Keystore"), ring);
    expect(await refusal(run.delete(stored))).toContain("[UKO_DECLARED_TWICE]");
    expect(stacks.uko.test.emulator.world.keystores.has(stored.id.split("/").at(-1) ?? "")).toBe(true);
  });

  test.each([
    ["vault", place("ledger", "Vault"), { name: "ledger" }],
    ["key", payroll, key()],
  ])(
    "a %s that moves into a component keeps its object, and the refusal tells the two places apart",
    async (_kind, target, args) => {
      const stored = await made(target, args);
      const moved = place(target.name, target.type.split(":").at(-1), "pay:index:Books$");
      const failed = await refusal(create(moved, args));
      expect(failed).toContain("aliases: [");
      const refused = await refusal(run.delete(stored));
      expect(refused).toContain("[UKO_DECLARED_TWICE]");
      expect(await writes()).toEqual([]);
    },
  );

  test("a former entry of a resource that stays, which an interrupted replacement left, takes no step on the key", async () => {
    const stored = await made(payroll, key());
    await checked(payroll, key(), stored.inputs);
    await run.differs(stored, stored.inputs);
    const refused = await refusal(run.delete(stored));
    expect(refused).toContain("[UKO_DECLARED_TWICE]");
    expect(refused).toContain("pulumi state delete --stack dev ");
    expect(await writes()).toEqual([]);
  });

  test("the same for a resource that the run updates", async () => {
    const stored = await made(payroll, key({ dualAuthorization: "single" }), "carol");
    const inputs = await checked(payroll, key({ dualAuthorization: "single", description: "another" }), stored.inputs);
    await run.differs(stored, inputs);
    await run.update(stored, inputs, false);
    const before = (await writes()).length;
    const refused = await refusal(run.delete(stored));
    expect(refused).toContain("[UKO_DECLARED_TWICE]");
    expect(refused).toContain("pulumi state delete --stack dev ");
    expect((await writes()).slice(before)).toEqual([]);
  });

  test("of two resources that a run declares and deletes, the last one takes the steps, so that no state loses the key", async () => {
    const stored = await create(payroll, key());
    const second = await made(wages, key({ existingKeyId: stored.outputs.keyId }));
    for (const each of [stored, second]) await run.differs(each, each.inputs);
    await run.delete(stored);
    expect(await refusal(run.delete(second))).toContain("[UKO_APPROVAL_PENDING]");
  });

  /** Bob requested the deactivation of the key, and Alice approved it for his next run. */
  async function approvedForBob(stored: Stored): Promise<void> {
    const ref = stacks.uko.ref(String(stored.outputs.keyId));
    await stacks.uko.run("bob").operations.request(ref, undefined, options);
    await stacks.uko.advance("60s");
    await approve(stacks.uko.run("alice"), ref, { stores: true });
  }

  test("a destroy that begins with a refresh, after which engines compare as well, requests the deletion", async () => {
    const stored = await made(payroll, key());
    await run.read(stored);
    await run.differs(stored, stored.inputs);
    expect(await refusal(run.delete(stored))).toContain("[UKO_APPROVAL_PENDING]");
  });

  test("such a destroy does not warn that the key is destroyed, because no program declares the key", async () => {
    const stored = await made(payroll, key());
    const destroyed = { record: { state: "destroyed" }, material: "absent" };
    await stacks.uko.test.control(`keys/${stored.outputs.keyId}`, destroyed);
    const read = { ...stored, ...(await run.read(stored)) };
    expect(read.outputs.keyState).toBe("destroyed");
    await run.differs(read, stored.inputs);
    await run.delete(read).catch(() => {});
    await run.cancel();
    expect(run.log.filter(({ message }) => message.includes("is destroyed, but"))).toEqual([]);
  });

  test("such a destroy by Carol of a key that is approved for Bob prints the destroy that Bob runs", async () => {
    const stored = await made(payroll, key(), "carol");
    await approvedForBob(stored);
    await run.read(stored);
    await run.differs(stored, stored.inputs);
    expect(await refusal(run.delete(stored))).toContain("pulumi destroy --stack dev --target");
  });

  test("a forced replacement by another key requests the deletion of the replaced key, with no command that deletes the new one", async () => {
    const stored = await made(payroll, key());
    await run.differs(stored, stored.inputs);
    await create(payroll, key({ label: "payroll-2" }));
    const refused = await refusal(run.delete(stored));
    expect(refused).toContain("[UKO_APPROVAL_PENDING]");
    expect(refused).toContain("uko approve payroll");
    expect(refused).not.toMatch(/pulumi (?:up|destroy)/);
  });

  test("such a replacement by Carol of a key that is approved for Bob prints an up, which does not delete the new key", async () => {
    const stored = await made(payroll, key(), "carol");
    await approvedForBob(stored);
    await create(payroll, key({ label: "payroll-2" }));
    const refused = await refusal(run.delete(stored));
    expect(refused).toMatch(/^ +pulumi up --stack dev$/m);
    expect(refused).not.toContain("pulumi destroy");
  });

  test("if the run does not know which resource holds the key, the hint names the alias first and the condition of an adoption", async () => {
    await made(payroll, key());
    const failed = await refusal(create(wages, key()));
    expect(failed).toContain(`had another name or parent before, set its option:\n  aliases: ["<former URN>"]\n`);
    expect(failed).toContain("`pulumi stack --show-urns` shows the URN");
    expect(failed).toMatch(/If no other resource of this or another stack declares key \S+, set existingKeyId to it/);
  });

  // Pulumi imports and previews nothing through a dynamic provider, which also never sees the state of another resource.
  if (name === "dynamic") return;

  test("an import under the new name whose inputs do not fit does not hold the key: the deletion is refused", async () => {
    const stored = await made(payroll, key());
    await run.read({ ...stored, ...wages, inputs: {}, outputs: {} });
    await checked(wages, key(), stored.inputs);
    await run.differs({ ...stored, ...wages }, { ...stored.inputs, description: "another" });
    expect(await refusal(run.delete(stored))).toContain("[UKO_DECLARED_TWICE]");
    expect(await writes()).toEqual([]);
  });

  test.each([
    ["key", payroll, wages, key(), "existingKeyId"],
    ["vault", place("ledger", "Vault"), place("books", "Vault"), { name: "ledger" }, "existingVaultId"],
    ["vault in a component", ...inComponent("Vault"), { name: "ledger" }, "existingVaultId"],
  ] as const)(
    "a run that has read the holder of a %s names its URN, and a rename only if the parent stays",
    async (...row) => {
      const [, former, later, args, adoptBy] = row;
      const stored = await made(former, args);
      await run.read(stored);
      const failed = await refusal(create(later, args));
      expect(failed).toContain(`Next: set the option:\n  aliases: ["${former.urn}"]\n`);
      expect(failed).toContain(`Do not set ${adoptBy}.`);
      const rename = `pulumi state rename --stack dev '${former.urn}' '${later.name}'`;
      expect(failed.includes(rename)).toBe(later.name !== former.name);
      expect(failed.includes("pulumi state rename")).toBe(later.name !== former.name);
    },
  );

  test.each(["label", "key"])(
    "the preview of a program with one %s in two resources fails, and writes nothing",
    async (same) => {
      const { outputs } = await made(payroll, key());
      const args = key({ label: "another", ...(same === "key" && { existingKeyId: outputs.keyId }) });
      await checked(payroll, args);
      const refused = await refusal(run.create(wages, await checked(wages, args), true));
      expect(refused).toMatch(/^"wages" and "payroll" declare the same object\n/);
      expect(refused).toContain("[UKO_DECLARED_TWICE]");
      expect(await writes()).toEqual([]);
    },
  );
});
