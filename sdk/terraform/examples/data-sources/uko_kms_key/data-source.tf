data "uko_kms_key" "backups" {
  key_id = "c0ffee00-0000-4000-8000-000000000005"
}

output "crn" {
  value = data.uko_kms_key.backups.crn
}
