# prevent_destroy disappears with the block; deletion_protection stays in state.
resource "uko_managed_key" "root" {
  vault_id            = uko_vault.treasury.vault_id
  template            = uko_key_template.ledger.name
  label               = "root-of-all"
  deletion_protection = true

  lifecycle {
    prevent_destroy = true
  }
}
