resource "uko_vault" "treasury" {
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

# The keystores of the template's group have to exist before the key, and are deleted after it.
resource "uko_managed_key" "ledger" {
  vault_id   = uko_vault.treasury.vault_id
  template   = uko_key_template.ledger.name
  label      = "ledger-2027"
  depends_on = [uko_keystore.ring]
}
