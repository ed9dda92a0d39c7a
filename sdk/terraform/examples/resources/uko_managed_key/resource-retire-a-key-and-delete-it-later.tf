# Each apply takes the steps that are allowed now, and succeeds while it waits.
resource "uko_managed_key" "archive" {
  vault_id        = uko_vault.treasury.vault_id
  template        = uko_key_template.ledger.name
  label           = "archive-2019"
  state           = "destroyed"
  deletion_reason = "its retention ended"
}

output "awaits" {
  value = uko_managed_key.archive.deletion_awaits
}
