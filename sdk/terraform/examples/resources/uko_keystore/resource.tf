resource "uko_vault" "treasury" {
  name = "treasury"
}

resource "uko_keystore" "ring" {
  vault_id = uko_vault.treasury.vault_id
  type     = "internal"
  name     = "treasury-ring"
  groups   = ["ledger"]
}
