/** Invalid and odd values, each with its message, and programs whose values survive apply and refresh. */

import { vaultId } from "./tofu-stage.ts";

const key = { kind: "resource", type: "uko_managed_key", rest: `vault_id = "${vaultId}"\n  template = "payroll"` };
const kmsKey = { kind: "resource", type: "uko_kms_key", rest: 'name = "odd"' };
const ring = {
  kind: "resource",
  type: "uko_keystore",
  rest: `vault_id = "${vaultId}"\n  type = "internal"\n  name = "r"`,
};
const cca = {
  ...ring,
  rest: `vault_id = "${vaultId}"\n  type = "cca"\n  name = "c"\n  cca_host = "h"\n  cca_public_key_hash = "x"`,
};
const bare = (type: string) => ({ kind: "resource", type, rest: "" });
const question = (type: string, rest = "") => ({ kind: "data", type, rest });

interface OddLine {
  readonly block: { readonly kind: string; readonly type: string; readonly rest: string };
  readonly line: string;
  readonly summary: string;
}

const odd = (block: OddLine["block"], line: string, summary: string): OddLine => ({ block, line, summary });

/** One line each; `summary` is the whole message. */
export const oddLines: readonly OddLine[] = [
  odd(kmsKey, "rotation_interval_months = 0", "rotation_interval_months: must be at least 1"),
  odd(kmsKey, "rotation_interval_months = -1", "rotation_interval_months: must be at least 1"),
  odd(kmsKey, "rotation_interval_months = 1.5", "rotation_interval_months: must be a whole number"),
  odd(kmsKey, 'rotation_interval_months = "1e3"', "rotation_interval_months: must be at most 12"),
  odd(kmsKey, "rotation_interval_months = 9007199254740993", "rotation_interval_months: must be at most 12"),
  odd(kmsKey, "rotation_interval_months = -1e300", "rotation_interval_months: must be at least 1"),
  odd(kmsKey, "rotation_interval_months = 1 / 3", "rotation_interval_months: must be a whole number"),
  odd(kmsKey, "rotation_interval_months = 12.00000000000000000001", "rotation_interval_months: must be a whole number"),
  odd(cca, "cca_port = 65536", "cca_port: must be at most 65535"),
  odd(key, 'label = ""', "label: must be 1 to 255 letters, digits, blanks and . _ / -"),
  odd(key, 'label = "Gehälter 🔑"', "label: must be 1 to 255 letters, digits, blanks and . _ / -"),
  odd(key, 'label = "a\\u0000b"', "label: must be 1 to 255 letters, digits, blanks and . _ / -"),
  odd(key, 'label = "a\\u001b[31m"', "label: must be 1 to 255 letters, digits, blanks and . _ / -"),
  odd(key, 'description = join("", [for each in range(201) : "x"])', "description: must have at most 200 characters"),
  odd(key, 'tags = { owner = "two-words" }', 'tags["owner"]: may hold only letters, digits, _ and white space'),
  odd(key, 'tags = { "a.b" = null }', 'tags["a.b"]: must be a string, not null'),
  odd(
    key,
    'tags = { "größe" = "a" }',
    'tags["größe"]: has a name that the service does not take: 1 to 254 plain letters, digits, blanks and signs such as . _ -',
  ),
  odd(key, 'activation_date = "2027-02-30"', "activation_date: must be a date such as 2027-01-31"),
  odd(key, 'dual_authorization = "Single"', 'dual_authorization: must be one of "required", "single"'),
  odd(key, 'state = ""', 'state: must be one of "active", "deactivated", "destroyed"'),
  odd(key, 'existing_key_id = ""', "existing_key_id: must be a UUID in lower case"),
  odd(key, 'rotation_trigger = ""', "rotation_trigger: must not be empty"),
  odd(kmsKey, 'aliases = ["fine", "nö"]', "aliases: may hold 2 to 90 letters, digits, - and _"),
  odd(kmsKey, 'aliases = ["a1", "a2", "a3", "a4", "a5", "a6"]', "aliases: must have at most 5 entries"),
  odd(kmsKey, 'tags = [null, "fine"]', "tags: must be a string, not null"),
  odd(kmsKey, 'payload = "YQ=="', "payload: must be base64 of 16, 24 or 32 bytes for a root key"),
  odd(kmsKey, 'expiration_date = "2030-01-31"', "expiration_date: must be a time such as 2030-01-31T00:00:00Z"),
  odd(ring, "groups = []", "groups: must not be empty"),
  odd(
    key,
    'tags = { known = "two-words", later = terraform_data.later.output }',
    'tags["known"]: may hold only letters, digits, _ and white space',
  ),
  odd(bare("uko_vault"), 'name = ""', "name: must be 1 to 100 letters, digits, blanks and # @ ! $ % ' _ -"),
  odd(question("uko_vault"), 'vault_id = ""', "vault_id: must be a UUID in lower case"),
  odd(question("uko_managed_keys"), 'vault_id = "payments"', "vault_id: must be a UUID in lower case"),
  odd(question("uko_managed_key", `vault_id = "${vaultId}"`), 'key_id = "x"', "key_id: must be a UUID in lower case"),
];

/** A program of them all; each is in a block that is called by its number. */
export const oddProgram: string = `resource "terraform_data" "later" { input = "later" }\n${oddLines
  .map(({ block, line }, index) => `${block.kind} "${block.type}" "n${index}" {\n  ${block.rest}\n  ${line}\n}\n`)
  .join("")}`;

/** What else stands in the text: quotes, a template that is none, emoji of several parts, text from right to left. */
const everything = '🔑👩‍👩‍👧 \\u202eabc\\u202c שלום $${HOME} %%{if} \\"quoted\\" \\\\ back\\nnew\\ttab\\u0001';

export interface Forms {
  /** One letter of two, or of one: Terraform takes them for the same. */
  readonly a: string;
  readonly groups: string;
  readonly aliases: string;
  readonly expiration: string;
  readonly port: string;
  readonly laterMonths: string;
  readonly laterTags: string;
  readonly empty: string;
}

/** A program in which everything goes round; the forms are other ways to write what there is, or changes. */
export const roundProgram = ({
  a,
  groups,
  aliases,
  expiration,
  port,
  laterMonths,
  laterTags,
  empty,
}: Forms): string => `
variable "hush" {
  type      = string
  ephemeral = true
  default   = "hush-hush"
}
resource "terraform_data" "text" { input = "later" }
resource "terraform_data" "tags" { input = ${laterTags} }
resource "terraform_data" "months" { input = ${laterMonths} }
resource "terraform_data" "nothing" { input = null }
resource "terraform_data" "vault" { input = jsondecode("{\\"id\\": \\"${vaultId}\\"}") }

resource "uko_managed_key" "texts" {
  ${key.rest}
  label           = "texts"
  description     = "Geh${a}lter ${everything}"
  deletion_reason = "${everything}"
  tags            = { " blanks " = "  two  ", "a.b" = "a\\tb" }
}
resource "uko_managed_key" "nulls" {
  ${key.rest}
  label            = "nulls"
  description      = null
  tags             = null
  state            = null
  align            = null
  deletion_gate    = null
  rotation_trigger = null
}
resource "uko_managed_key" "empties" {
  ${key.rest}
  label           = "empties"
  description     = ${empty}
  tags            = {}
  deletion_reason = ${empty}
}
resource "uko_managed_key" "later" {
  vault_id            = terraform_data.vault.output.id
  template            = "payroll"
  label               = "later-\${terraform_data.text.output}"
  description         = terraform_data.nothing.output
  tags                = terraform_data.tags.output
  deletion_protection = terraform_data.text.output == "never"
  rotation_trigger    = terraform_data.text.output
}
resource "uko_managed_key" "hidden" {
  ${key.rest}
  label       = "hidden"
  description = sensitive("hidden words")
  tags        = sensitive({ owner = "hidden_owner" })
}
resource "uko_managed_key" "texts_as_others" {
  ${key.rest}
  label               = "texts-as-others"
  deletion_protection = "false"
  align               = "true"
}
resource "uko_managed_key" "each" {
  for_each = toset(["plain", "zwei ü", "a.b"])
  vault_id = "${vaultId}"
  template = "payroll"
  label    = "each-\${length(each.key)}"
}
resource "uko_kms_key" "counted" {
  count                    = 2
  name                     = "counted \${count.index}"
  rotation_interval_months = count.index == 0 ? "3" : 0.4e1
}
resource "uko_kms_key" "texts" {
  name            = "Ключ 🔑 ${a}"
  description     = "d${a}composed"
  aliases         = ${aliases}
  tags            = ["ünïcode", "tag"]
  expiration_date = "${expiration}"
}
resource "uko_kms_key" "later" {
  name                     = "later"
  aliases                  = [terraform_data.text.output, "alias"]
  rotation_interval_months = terraform_data.months.output
}
resource "uko_kms_key" "empties" {
  name    = "empties"
  aliases = []
  tags    = []
}
resource "uko_vault" "new" {
  name        = "new"
  description = ${empty}
}
resource "uko_keystore" "ring" {
  vault_id = uko_vault.new.vault_id
  type     = "internal"
  name     = "ring"
  groups   = ${groups}
}
resource "uko_keystore" "paris" {
  vault_id              = uko_vault.new.id
  type                  = "aws_kms"
  name                  = "paris"
  groups                = ["paris"]
  aws_region            = "eu_west_3"
  aws_access_key_id     = sensitive("AKIAEXAMPLE")
  aws_secret_access_key = var.hush
}
resource "uko_keystore" "cca" {
  vault_id            = uko_vault.new.id
  type                = "cca"
  name                = "cca"
  groups              = ["cca"]
  cca_host            = "h"
  cca_port            = ${port}
  cca_public_key_hash = "x"
}
resource "uko_key_template" "one" {
  vault_id          = uko_vault.new.vault_id
  name              = "one"
  algorithm         = "aes"
  size              = 256
  activation_period = "P0D"
  expiration_period = "P1Y"
  keystore_type     = "ibm_cloud_kms"
  group             = tolist(sort(uko_keystore.ring.groups))[0]
}
data "uko_managed_key" "made" {
  vault_id = "${vaultId}"
  key_id   = uko_managed_key.texts.key_id
}
`;
