# Never creates a key: if the key does not exist, the plan fails.
resource "uko_managed_key" "orders" {
  vault_id        = uko_vault.treasury.vault_id
  template        = uko_key_template.ledger.name
  existing_key_id = "9b2d0000-0000-4000-8000-000000000002"
}
