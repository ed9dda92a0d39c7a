# What a destroy of this key would involve, for a comment on a pull request. Changes nothing.
data "uko_deletion_plan" "orders" {
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
  key_id   = "9b2d0000-0000-4000-8000-000000000002"
}

output "summary" {
  value = data.uko_deletion_plan.orders.explanation_summary
}

output "steps" {
  value = data.uko_deletion_plan.orders.explanation_facts
}
