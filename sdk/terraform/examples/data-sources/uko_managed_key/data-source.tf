data "uko_managed_key" "orders" {
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
  key_id   = "9b2d0000-0000-4000-8000-000000000002"
}

output "status_by_keystore" {
  value = { for each in data.uko_managed_key.orders.keystores : each.name => each.status }
}
