data "uko_vaults" "all" {}

locals {
  vault_ids = { for each in data.uko_vaults.all.vaults : each.name => each.vault_id }
}

resource "uko_keystore" "ring" {
  vault_id = local.vault_ids["payments"]
  type     = "internal"
  name     = "payments-ring"
  groups   = ["payments"]
}
