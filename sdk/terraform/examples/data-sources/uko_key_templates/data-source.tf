data "uko_key_templates" "payments" {
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
}

output "for_aws" {
  value = [for each in data.uko_key_templates.payments.key_templates : each.name if each.keystore_type == "aws_kms"]
}
