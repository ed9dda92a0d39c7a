/** Examples of each data source in HCL, for the registries' pages. */

/** By the name of its type. */
export const terraformQuestions: Readonly<Record<string, string>> = {
  uko_deletion_plan: `# What a destroy of this key would take, for a comment on a pull request. Changes nothing.
data "uko_deletion_plan" "orders" {
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
  key_id   = "9b2d0000-0000-4000-8000-000000000002"
}

output "summary" {
  value = data.uko_deletion_plan.orders.explanation_summary
}

output "steps" {
  value = data.uko_deletion_plan.orders.explanation_facts
}`,
  uko_key_template: `data "uko_key_template" "payroll" {
  vault_id    = "5c1e0000-0000-4000-8000-000000000001"
  template_id = "7e110000-0000-4000-8000-000000000001"
}

resource "uko_managed_key" "payroll" {
  vault_id = data.uko_key_template.payroll.vault_id
  template = data.uko_key_template.payroll.name
  label    = "payroll-2027"
}`,
  uko_key_templates: `data "uko_key_templates" "payments" {
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
}

output "for_aws" {
  value = [for each in data.uko_key_templates.payments.key_templates : each.name if each.keystore_type == "aws_kms"]
}`,
  uko_keystore: `data "uko_keystore" "ring" {
  vault_id    = "5c1e0000-0000-4000-8000-000000000001"
  keystore_id = "ce110000-0000-4000-8000-000000000001"
}

check "ring_is_well" {
  assert {
    condition     = data.uko_keystore.ring.health == "ok"
    error_message = "\${data.uko_keystore.ring.name} is not well: \${data.uko_keystore.ring.health_message}"
  }
}`,
  uko_keystores: `data "uko_keystores" "all" {}

output "not_well" {
  value = [for each in data.uko_keystores.all.keystores : each.name if each.health != "ok"]
}`,
  uko_kms_key: `data "uko_kms_key" "backups" {
  key_id = "c0ffee00-0000-4000-8000-000000000005"
}

output "crn" {
  value = data.uko_kms_key.backups.crn
}`,
  uko_kms_keys: `data "uko_kms_keys" "all" {}

output "never_rotated" {
  value = [for each in data.uko_kms_keys.all.kms_keys : each.name if each.last_rotated_at == null]
}`,
  uko_managed_key: `data "uko_managed_key" "orders" {
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
  key_id   = "9b2d0000-0000-4000-8000-000000000002"
}

output "where_it_is" {
  value = { for each in data.uko_managed_key.orders.keystores : each.name => each.status }
}`,
  uko_managed_keys: `data "uko_managed_keys" "payments" {
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
}

# Keys that are still there, by their label.
output "in_use" {
  value = {
    for each in data.uko_managed_keys.payments.managed_keys : each.label => each.key_id
    if each.lifecycle_state == "active"
  }
}`,
  uko_pending_deletions: `data "uko_pending_deletions" "all" {}

# Who is waited for, key by key.
output "waiting" {
  value = {
    for each in data.uko_pending_deletions.all.pending_deletions : each.label => {
      awaits     = each.deletion_awaits
      not_before = each.deletion_not_before
      asked_by   = each.deletion_requested_by
    }
  }
}`,
  uko_vault: `data "uko_vault" "payments" {
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
}

output "name" {
  value = data.uko_vault.payments.name
}`,
  uko_vaults: `data "uko_vaults" "all" {}

locals {
  vault_ids = { for each in data.uko_vaults.all.vaults : each.name => each.vault_id }
}

resource "uko_keystore" "ring" {
  vault_id = local.vault_ids["payments"]
  type     = "internal"
  name     = "payments-ring"
  groups   = ["payments"]
}`,
};
