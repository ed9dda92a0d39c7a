data "uko_kms_keys" "all" {}

output "never_rotated" {
  value = [for each in data.uko_kms_keys.all.kms_keys : each.name if each.last_rotated_at == null]
}
