data "uko_vault" "payments" {
  name = "payments"
}

output "name" {
  value = data.uko_vault.payments.name
}
