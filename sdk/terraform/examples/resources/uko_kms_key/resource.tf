resource "uko_kms_key" "backups" {
  name                     = "backups"
  aliases                  = ["backups"]
  key_ring                 = "storage"
  rotation_interval_months = 12
}

output "crn" {
  value = uko_kms_key.backups.crn
}
