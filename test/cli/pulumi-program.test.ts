import { expect, it } from "vitest";
import { writeProgram } from "../../provider/cli/pulumi-program.ts";
import type { InventoryItem } from "../../provider/engine/inventory.ts";

const item = (over: Partial<InventoryItem> = {}): InventoryItem => ({
  resource: "ManagedKey",
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
const heads = (items: readonly InventoryItem[]) => programOf(items).match(/^export const .*$/gm);

it("makes names that are valid, unique and near to what people call the things", () => {
  const names = ["payroll", "Payroll", "payroll", "2026 keys", "class", "a/b c", "Vault", "ß"];
  expect(heads([item({ resource: "Vault", name: "pay" }), ...names.map((name) => item({ name }))])).toEqual([
    'export const payVault = new Vault("pay", {',
    'export const payroll = new ManagedKey("payroll", {',
    'export const payroll2 = new ManagedKey("Payroll", {',
    'export const payroll3 = new ManagedKey("payroll-2", {',
    'export const resource2026Keys = new ManagedKey("2026-keys", {',
    'export const class2 = new ManagedKey("class", {',
    'export const aBC = new ManagedKey("a-b-c", {',
    'export const vault = new ManagedKey("Vault", {',
    'export const resource = new ManagedKey("v/k", {',
  ]);
});

it("writes values as TypeScript, and cannot be made to write anything else by them", () => {
  const inputs = {
    label: 'a"; process.exit();//',
    tags: { "cost center": "a\n\u2028b", team: "x" },
    groups: ["a", "b"],
  };
  expect(programOf([item({ inputs })])).toContain(
    [
      '  label: "a\\"; process.exit();//",',
      '  tags: {\n    "cost center": "a\\n\\u2028b",\n    team: "x",\n  },',
      '  groups: ["a", "b"],',
    ].join("\n"),
  );
});

it("leaves a connection as it is, and says how its secrets are set from the program", () => {
  const secretBlocks = [
    { name: "aws", known: { region: "eu_central_1" }, secrets: ["accessKeyId", "secretAccessKey"] },
  ];
  const text = programOf([item({ resource: "Keystore", name: "aws", secretBlocks })]);
  expect(text).toContain(
    '//   aws: { region: "eu_central_1", accessKeyId: config.requireSecret("awsKeystore.accessKeyId"), secretAccessKey: config.requireSecret("awsKeystore.secretAccessKey") },\n',
  );
});
