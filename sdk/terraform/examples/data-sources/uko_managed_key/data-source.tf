data "uko_managed_key" "orders" {
  vault_id = data.uko_vault.payments.vault_id
  label    = "orders"
}

data "uko_vault" "payments" {
  name = "payments"
}

output "status_by_keystore" {
  value = { for each in data.uko_managed_key.orders.keystores : each.name => each.status }
}
