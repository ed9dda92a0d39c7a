import { expect, it } from "vitest";
import { type TerraformCommand, writeConfiguration } from "../../provider/cli/terraform-program.ts";
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
const surroundings = { command: "tofu", version: "0.1.0", instanceId: "i" } as const;

function fileOf(name: string, items: readonly InventoryItem[], over: object = {}): string {
  return writeConfiguration(items, { ...surroundings, ...over }).find((file) => file.name === name)?.text ?? "";
}
const heads = (items: readonly InventoryItem[]) => fileOf("main.tf", items).match(/^resource .*$/gm);
const bodyOf = (items: readonly InventoryItem[]) => /\nresource [\s\S]*/.exec(fileOf("main.tf", items))?.[0].trim();

it("makes valid names, unique for each type, that resemble the resources' names", () => {
  const names = ["payroll", "Payroll", "payroll_2", "2026 keys", "for", "a/b  c.", "Größe", "ключи", "", "payroll"];
  const keys = names.map((name) => item({ name, id: "5c1e/9b2d-01" }));
  expect(heads([...keys, item({ resource: "Vault" }), item({ resource: "KeyTemplate", name: "2" })])).toEqual([
    'resource "uko_managed_key" "payroll" {',
    'resource "uko_managed_key" "payroll_2" {',
    'resource "uko_managed_key" "payroll_2_2" {',
    'resource "uko_managed_key" "key_2026_keys" {',
    'resource "uko_managed_key" "for" {',
    'resource "uko_managed_key" "a_b_c" {',
    'resource "uko_managed_key" "gro_e" {',
    'resource "uko_managed_key" "key_9b2d_01" {',
    'resource "uko_managed_key" "key_9b2d_01_2" {',
    'resource "uko_managed_key" "payroll_3" {',
    'resource "uko_vault" "payroll" {',
    'resource "uko_key_template" "template_2" {',
  ]);
});

it("imports each resource by its ID into its address", () => {
  const text = fileOf("imports.tf", [item({ resource: "Vault", id: "v", name: "pay" }), item(), item({ id: "v/k2" })]);
  expect(text.match(/^ {2}.*$/gm)).toEqual([
    ...["  to = uko_vault.pay", '  id = "v"'],
    ...["  to = uko_managed_key.payroll", '  id = "v/k"'],
    ...["  to = uko_managed_key.payroll_2", '  id = "v/k2"'],
  ]);
});

it("names vault, template and keystores through their resources, so that a key is deleted before them", () => {
  const within = { vaultId: "v" };
  const items = [
    item({ resource: "Vault", id: "v", name: "pay", inputs: { name: "pay", existingVaultId: "v" } }),
    item({ resource: "Keystore", name: "ring", inputs: within }),
    item({ resource: "KeyTemplate", name: "rsa", inputs: within }),
    item({ inputs: { ...within, template: "rsa", label: "payroll", existingKeyId: "k" }, keystores: ["ring", "gone"] }),
    item({ name: "other", inputs: { vaultId: "w", template: "absent" } }),
  ];
  expect(bodyOf(items)).toBe(
    `resource "uko_vault" "pay" {
  name = "pay"
}

resource "uko_keystore" "ring" {
  vault_id = uko_vault.pay.vault_id
}

resource "uko_key_template" "rsa" {
  vault_id = uko_vault.pay.vault_id
}

resource "uko_managed_key" "payroll" {
  vault_id = uko_vault.pay.vault_id
  template = uko_key_template.rsa.name
  label    = "payroll"

  depends_on = [uko_keystore.ring]
}

resource "uko_managed_key" "other" {
  vault_id = "w"
  template = "absent"
}`,
  );
});

it("splits objects, and keeps maps and lists whole", () => {
  const template = item({
    resource: "KeyTemplate",
    name: "mail",
    inputs: { azure: { protectionLevel: "hsm", operations: ["wrap_key"] }, archived: true },
  });
  expect(bodyOf([template, item({ inputs: { tags: { team: "shop", "cost center": "7" } } })])).toBe(
    `resource "uko_key_template" "mail" {
  azure_operations       = ["wrap_key"]
  azure_protection_level = "hsm"
  archived               = true
}

resource "uko_managed_key" "payroll" {
  tags = {
    "team"        = "shop"
    "cost center" = "7"
  }
}`,
  );
});

it("leaves a connection unchanged, and explains how the configuration sets its secrets", () => {
  const secretBlocks = [{ name: "aws", known: { region: "eu\n%{x}" }, secrets: ["accessKeyId", "secretAccessKey"] }];
  const keystore = item({ resource: "Keystore", name: "aws 1", inputs: { existingKeystoreId: "ks" }, secretBlocks });
  expect(bodyOf([keystore])).toBe(
    `resource "uko_keystore" "aws_1" {
  existing_keystore_id = "ks"

  # The connection stays unchanged. To change its secrets, declare a variable for each, with
  # sensitive = true and ephemeral = true, and add:
  #   aws_region            = "eu\\n%%{x}"
  #   aws_access_key_id     = var.aws_1_aws_access_key_id
  #   aws_secret_access_key = var.aws_1_aws_secret_access_key
}`,
  );
});

it("requires compatible releases of the provider, names the instance, and contains no credential", () => {
  const versions = ["0.1.0", "0.2.0-rc.1"].map((version) => fileOf("main.tf", [], { version, region: "eu-de" }));
  expect(versions.map((text) => /version = (.*)/.exec(text)?.[1])).toEqual(['"~> 0.1.0"', '"0.2.0-rc.1"']);
  expect(/provider "uko" \{[^}]*\}/.exec(versions[0] ?? "")?.[0]).toBe(
    'provider "uko" {\n  instance_id = "i"\n  region      = "eu-de"\n}',
  );
  expect(fileOf("main.tf", [])).not.toContain("region");
});

it("writes the same for Terraform, except for the commands that it names", () => {
  const textOf = (command: TerraformCommand) =>
    writeConfiguration([item()], { ...surroundings, command })
      .map(({ name, text }) => `${name}\n${text}`)
      .join("");
  expect(textOf("terraform")).toBe(textOf("tofu").replaceAll("tofu apply", "terraform apply"));
  expect(textOf("terraform")).not.toBe(textOf("tofu"));
});
