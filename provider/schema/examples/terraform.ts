/**
 * Examples of each resource in HCL, for the registries' pages. The first one is complete, and is
 * the one that the page imports.
 */

export interface TerraformExample {
  readonly title: string;
  readonly hcl: string;
}

export const terraformExamples = {
  ManagedKey: [
    {
      title: "A key that takes two people to end",
      hcl: `resource "uko_managed_key" "ledger" {
  vault_id        = "5c1e0000-0000-4000-8000-000000000001"
  template        = "ledger"
  label           = "ledger-2027"
  tags            = { owner = "payments" }
  deletion_reason = "the ledger moved to a key of its own"
}

output "lifecycle_state" {
  value = uko_managed_key.ledger.lifecycle_state
}`,
    },
    {
      title: "Retire a key, and delete it another day",
      hcl: `# Every apply takes the steps that are allowed then, and is green while it waits.
resource "uko_managed_key" "archive" {
  vault_id        = "5c1e0000-0000-4000-8000-000000000001"
  template        = "archive"
  state           = "destroyed"
  deletion_reason = "its retention ended"
}

output "awaits" {
  value = uko_managed_key.archive.deletion_awaits
}`,
    },
    {
      title: "A key that nobody ends by mistake",
      hcl: `# prevent_destroy is gone once the block is; deletion_protection stands in the state.
resource "uko_managed_key" "root" {
  vault_id            = "5c1e0000-0000-4000-8000-000000000001"
  template            = "ledger"
  label               = "root-of-all"
  deletion_protection = true

  lifecycle {
    prevent_destroy = true
  }
}`,
    },
    {
      title: "Take up a key that is there, without an import",
      hcl: `# Never makes one: a key that is not there is an error.
resource "uko_managed_key" "orders" {
  vault_id        = "5c1e0000-0000-4000-8000-000000000001"
  template        = "payroll"
  existing_key_id = "9b2d0000-0000-4000-8000-000000000002"
}`,
    },
  ],
  Vault: [
    {
      title: "A vault, and what a first key needs in it",
      hcl: `resource "uko_vault" "treasury" {
  name = "treasury"
}

resource "uko_keystore" "ring" {
  vault_id = uko_vault.treasury.vault_id
  type     = "internal"
  name     = "treasury-ring"
  groups   = ["ledger"]
}

resource "uko_key_template" "ledger" {
  vault_id          = uko_vault.treasury.vault_id
  name              = "ledger"
  algorithm         = "aes"
  size              = "256"
  activation_period = "P0D"
  expiration_period = "P5Y"
  keystore_type     = "ibm_cloud_kms"
  group             = "ledger"
}

# A key is installed in the keystores of its template's group, so they have to be there first, and go last.
resource "uko_managed_key" "ledger" {
  vault_id   = uko_vault.treasury.vault_id
  template   = uko_key_template.ledger.name
  label      = "ledger-2027"
  depends_on = [uko_keystore.ring]
}`,
    },
  ],
  Keystore: [
    {
      title: "A key ring of this instance",
      hcl: `resource "uko_keystore" "ring" {
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
  type     = "internal"
  name     = "treasury-ring"
  groups   = ["ledger"]
}`,
    },
    {
      title: "AWS as a keystore, whose credentials are in no state and in no plan",
      hcl: `variable "aws_access_key_id" {
  type      = string
  ephemeral = true
}

variable "aws_secret_access_key" {
  type      = string
  ephemeral = true
}

resource "uko_keystore" "frankfurt" {
  vault_id              = "5c1e0000-0000-4000-8000-000000000001"
  type                  = "aws_kms"
  name                  = "aws-frankfurt"
  groups                = ["cards"]
  aws_region            = "eu_central_1"
  aws_access_key_id     = var.aws_access_key_id
  aws_secret_access_key = var.aws_secret_access_key
}`,
    },
  ],
  KeyTemplate: [
    {
      title: "Keys for Azure, in hardware",
      hcl: `resource "uko_key_template" "mail" {
  vault_id               = "5c1e0000-0000-4000-8000-000000000001"
  name                   = "mail"
  algorithm              = "rsa"
  size                   = "2048"
  activation_period      = "P0D"
  expiration_period      = "P2Y"
  keystore_type          = "azure_key_vault"
  group                  = "mail"
  azure_protection_level = "hsm"
  azure_operations       = ["wrap_key", "unwrap_key"]
}`,
    },
  ],
  KmsKey: [
    {
      title: "A root key that KMS rotates",
      hcl: `resource "uko_kms_key" "backups" {
  name                     = "backups"
  aliases                  = ["backups"]
  key_ring                 = "storage"
  rotation_interval_months = 12
}

output "crn" {
  value = uko_kms_key.backups.crn
}`,
    },
    {
      title: "A key with material of one's own, which is in no state and in no plan",
      hcl: `variable "material" {
  description = "Base64 of 32 bytes"
  type        = string
  ephemeral   = true
}

# A new payload is used together with another rotation_trigger.
resource "uko_kms_key" "imported" {
  name             = "imported"
  payload          = var.material
  rotation_trigger = "2027"
}`,
    },
  ],
} as const satisfies Record<string, readonly TerraformExample[]>;
