import { expect, it } from "vitest";
import { writeProgram } from "../../provider/cli/pulumi-program.ts";
import type { InventoryItem } from "../../provider/engine/commands/inventory.ts";
import { described, type ResourceName } from "../../sdk/make/described.ts";

const item = ({ resource = "ManagedKey", ...over }: Partial<InventoryItem> = {}): InventoryItem => ({
  resource,
  noun: described[resource as ResourceName].noun,
  id: "v/k",
  name: "payroll",
  inputs: {},
  secretBlocks: [],
  keystores: [],
  ...over,
});

function programOf(items: readonly InventoryItem[]): string {
  return writeProgram(items, "0.1.0").find(({ name }) => name === "index.ts")?.text ?? "";
}
const heads = (items: readonly InventoryItem[]) => programOf(items).match(/^(const .*|new .*)$/gm);

it("makes valid, unique names that resemble the resources' names", () => {
  const names = ["payroll", "Payroll", "payroll", "2026 keys", "class", "a/b c", "Vault", "ß"];
  const keystores = names.map((name) => item({ resource: "Keystore", name }));
  expect(heads([...keystores, item({ keystores: names })])).toEqual([
    'const payrollKeystore = new Keystore("payroll", {',
    'const payrollKeystore2 = new Keystore("Payroll", {',
    'const payrollKeystore3 = new Keystore("payroll-2", {',
    'const resource2026KeysKeystore = new Keystore("2026-keys", {',
    'const classKeystore = new Keystore("class", {',
    'const aBCKeystore = new Keystore("a-b-c", {',
    'const vaultKeystore = new Keystore("Vault", {',
    'const resourceKeystore = new Keystore("v/k", {',
    'new ManagedKey("payroll", {',
  ]);
});

it("makes a constant for a resource that another one names, and for no other", () => {
  const within = { vaultId: "v" };
  expect(
    heads([
      item({ resource: "Vault", id: "v", name: "pay" }),
      item({ resource: "Keystore", name: "empty", inputs: within }),
      item({ resource: "KeyTemplate", name: "rsa", inputs: within }),
      item({ inputs: { ...within, template: "rsa" } }),
    ]),
  ).toEqual([
    'const payVault = new Vault("pay", {',
    'new Keystore("empty", {',
    'const rsaTemplate = new KeyTemplate("rsa", {',
    'new ManagedKey("payroll", {',
  ]);
});

it("writes values as TypeScript, and escapes everything else", () => {
  const inputs = {
    label: 'a"; process.exit();//',
    tags: { "cost center": "a\n\u2028b", team: "x", ["__proto__"]: "y" },
    groups: ["a", "b"],
  };
  expect(programOf([item({ inputs })])).toContain(
    [
      '  label: "a\\"; process.exit();//",',
      '  tags: {\n    "cost center": "a\\n\\u2028b",\n    team: "x",\n    ["__proto__"]: "y",\n  },',
      '  groups: ["a", "b"],',
    ].join("\n"),
  );
});

it("leaves a connection unchanged, and explains how the program sets its secrets", () => {
  const secretBlocks = [
    { name: "aws", known: { region: "eu_central_1" }, secrets: ["accessKeyId", "secretAccessKey"] },
  ];
  const text = programOf([item({ resource: "Keystore", name: "aws", secretBlocks })]);
  expect(text).toContain(
    '//   aws: { region: "eu_central_1", accessKeyId: config.requireSecret("awsKeystore.accessKeyId"), secretAccessKey: config.requireSecret("awsKeystore.secretAccessKey") },\n',
  );
});

it("names the project as Pulumi accepts it, however long the vault's name is", () => {
  const files = writeProgram([item({ resource: "Vault", name: "v".repeat(100) })], "0.1.0");
  const name = /^name: "(.*)"$/m.exec(files.find((file) => file.name === "Pulumi.yaml")?.text ?? "")?.[1];
  expect(name).toBe(`adopted-${"v".repeat(90)}`);
});
