data "uko_managed_keys" "payments" {
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
}

# Active keys by label.
output "in_use" {
  value = {
    for each in data.uko_managed_keys.payments.managed_keys : each.label => each.key_id
    if each.lifecycle_state == "active"
  }
}
