resource "uko_vault" "treasury" {
  name = "treasury"
}

resource "uko_key_template" "mail" {
  vault_id               = uko_vault.treasury.vault_id
  name                   = "mail"
  algorithm              = "rsa"
  size                   = "2048"
  activation_period      = "P0D"
  expiration_period      = "P2Y"
  keystore_type          = "azure_key_vault"
  group                  = "mail"
  azure_protection_level = "hsm"
  azure_operations       = ["wrap_key", "unwrap_key"]
}
