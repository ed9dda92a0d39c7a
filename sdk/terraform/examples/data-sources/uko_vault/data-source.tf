data "uko_vault" "payments" {
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
}

output "name" {
  value = data.uko_vault.payments.name
}
