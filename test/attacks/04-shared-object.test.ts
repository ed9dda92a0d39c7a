/**
 * Two resources declare one object, as after a rename without an alias or a moved block: the run that declares the object under
 * the new name must not delete it under the old one. Point 4 of issue 12. 04-order-of-calls has the orders that engines choose.
 */

import { describe, expect, test } from "vitest";
import { terraformTypeOf } from "../contracts/interfaces/terraform-program.ts";
import type { Resource, ResourceKind } from "../contracts/interfaces/user-interface.ts";
import { vaultId } from "../emulator/harness.ts";
import { type AttackedStack, keyWith, type Report, useStacks } from "./stacks.ts";

const stacks = useStacks();

const periods = { activationPeriod: "P0D", expirationPeriod: "P2Y" };
const template = { vaultId, name: "ledger", algorithm: "aes", size: "256", group: "payroll", ...periods };
const key = keyWith({ label: "ledger" }).args;
const kindOf = (type: ResourceKind, args: Resource["args"], id: string, adoptBy: string) => ({
  type,
  args,
  id,
  adoptBy,
});
const aKey = kindOf("ManagedKey", key, "keyId", "existingKeyId");
const aVault = kindOf("Vault", { name: "ledger" }, "vaultId", "existingVaultId");
const kinds: readonly (readonly [string, Kind])[] = [
  ["key", aKey],
  ["key that one person may delete", { ...aKey, args: { ...key, dualAuthorization: "single" } }],
  ["vault", aVault],
  ["keystore", kindOf("Keystore", { vaultId, type: "internal", name: "ledger" }, "keystoreId", "existingKeystoreId")],
  [
    "template",
    kindOf("KeyTemplate", { ...template, keystoreType: "ibm_cloud_kms" }, "templateId", "existingTemplateId"),
  ],
];
type Kind = ReturnType<typeof kindOf>;

const urn = { dynamic: "pulumi-nodejs:dynamic/uko:", package: "uko:index:" };
const pulumi = (name: keyof typeof urn) => ({
  name,
  letsGo: true,
  /** What the run says of a former name that it may not delete, since no other name holds the object yet. */
  says: /^"ledger" stays in the state, because "books" names the same object/,
  wayOut: (type: string) =>
    `set this option of "books":\n  aliases: ["urn:pulumi:dev::keys::${urn[name]}${type}::ledger"]\n`,
});
const rows = [
  pulumi("dynamic"),
  pulumi("package"),
  {
    name: "terraform" as const,
    letsGo: false,
    says: /^This run deletes the (?:key|vault|keystore|template) "ledger" and creates another one with its (?:label|name)/,
    wayOut: (type: ResourceKind) => `from = ${terraformTypeOf(type)}.<former name>`,
  },
];

describe.each(rows)("with the interface $name", ({ name, letsGo, says, wayOut }) => {
  let stack: AttackedStack;
  /** An object that an earlier run made as "ledger", with the ID of the object. */
  async function made({ type, args, id }: Kind): Promise<string> {
    stack = stacks.open(name);
    await stack.up({ ledger: { type, args } }, { who: "carol" });
    return String(stack.known()[0]?.values[id]);
  }
  const exists = (id: string): boolean => {
    const { keys, vaults, keystores, templates } = stacks.uko.test.emulator.world;
    return keys.get(id)?.state === "active" || [vaults, keystores, templates].some((all) => all.has(id));
  };
  /** Nothing happened to the object, and the state holds it. */
  function expectKept({ writes }: Report, id: string, names: readonly string[]): void {
    expect(writes).toEqual([]);
    expect(exists(id)).toBe(true);
    expect(stack.names()).toEqual(names);
  }
  /** If the state holds the object under a name that stays, Pulumi lets the other name go, and OpenTofu refuses the plan. */
  function expectOneHolder(report: Report, id: string, left: readonly string[], before: readonly string[]): void {
    expectKept(report, id, letsGo ? left : before);
    if (letsGo) {
      expect(report.errors).toEqual([]);
      return;
    }
    const [refused] = report.errors;
    expect(refused).toMatch(/^This run deletes a uko_\w+ whose object another resource of the configuration declares/);
    for (const word of ["moved {", "from = uko_", "state rm uko_", "[UKO_DECLARED_TWICE]"])
      expect(refused).toContain(word);
  }
  const leftOnly = (former: string, later: string) =>
    expect.stringMatching(new RegExp(`^"${former}" left only the state: "${later}" declares the same object`));

  test.each(kinds)(
    "a renamed %s without an alias or a moved block: the former name is not deleted",
    async (_, kind) => {
      const id = await made(kind);
      const report = await stack.run("up", { who: "carol", program: { books: { type: kind.type, args: kind.args } } });
      expectKept(report, id, ["ledger"]);
      const refused = report.errors.at(-1);
      expect(refused).toMatch(says);
      expect(refused).toContain(wayOut(kind.type));
      expect(refused).toContain("[UKO_DECLARED_TWICE]");
      if (!letsGo) return;
      // The creation fails first. An adoption helps only if no other resource holds the object.
      expect(report.errors[0]).toMatch(/already exists, with ID|has this label, but not the mark of this resource/);
      const adoption = `(?:If no other resource of this or another stack declares .*, set|Do not set) ${kind.adoptBy}`;
      expect(report.errors[0]).toMatch(new RegExp(adoption));
    },
  );

  test.each(kinds)("a %s that the program adopts under a new name stays, and the state holds it", async (_, kind) => {
    const id = await made(kind);
    const args = { ...kind.args, [kind.adoptBy]: id };
    const report = await stack.run("up", { who: "carol", program: { books: { type: kind.type, args } } });
    expectOneHolder(report, id, ["books"], ["ledger"]);
    // Of a creation that found the object, the npm package only forgets the former entry.
    if (name === "package") expect(report.warnings).toContainEqual(leftOnly("ledger", "books"));
  });

  test.each(["ledger", "books"])("a program drops %s of two resources of a key: the key stays", async (dropped) => {
    const id = await made(aKey);
    const both = { ledger: aKey, books: { type: aKey.type, args: { ...aKey.args, existingKeyId: id } } };
    await stack.up({ books: both.books }, { excluded: ["ledger"] });
    const stays = dropped === "ledger" ? "books" : "ledger";
    const report = await stack.run("up", { program: { [stays]: both[stays] } });
    expectOneHolder(report, id, [stays], ["ledger", "books"]);
    if (letsGo) expect(report.warnings).toContainEqual(leftOnly(dropped, stays));
  });

  test("an adoption under the new name that fails does not delete the former one", async () => {
    const id = await made(aKey);
    const args = { ...aKey.args, existingKeyId: id, template: "payroll-draft" };
    const report = await stack.run("up", { program: { books: { type: aKey.type, args } } });
    expectKept(report, id, ["ledger"]);
    expect(report.errors.at(-1)).toContain("[UKO_DECLARED_TWICE]");
  });

  test("a destroy of both resources requests the deletion of the key, since no program declares them", async () => {
    const id = await made(aKey);
    await stack.up({ books: { type: aKey.type, args: { ...aKey.args, existingKeyId: id } } }, { excluded: ["ledger"] });
    const { errors, writes } = await stack.run("destroy");
    for (const error of errors) expect(error).toContain("[UKO_APPROVAL_PENDING]");
    expect([errors.length, writes]).toEqual([2, ["updateManagedKey"]]);
  });

  test("a vault that leaves the program while another of another name arrives is deleted", async () => {
    const id = await made(aVault);
    await stack.up({ books: { type: "Vault", args: { name: "books" } } }, { who: "carol" });
    expect([exists(id), stack.names()]).toEqual([false, ["books"]]);
  });

  test("a second stack that adopts the key of a first one is warned, and the resource that created the key is not", async () => {
    const id = await made(aKey);
    const adopted = { type: aKey.type, args: { ...aKey.args, existingKeyId: id } };
    const warnsOf = async (program: Record<string, typeof adopted>) =>
      (await stacks.open(name).up(program)).warnings.filter((each) =>
        each.includes("was created for another resource"),
      );
    const warned = expect.stringMatching(
      /^Key "ledger" was created for another resource\. If that resource still exists/,
    );
    expect(await warnsOf({ books: adopted })).toEqual(letsGo ? [warned] : []);
    expect(await warnsOf({ ledger: adopted })).toEqual([]);
  });
});
