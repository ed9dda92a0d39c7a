variable "google_credentials" {
  description = "Base64 of the JSON key file"
  type        = string
  ephemeral   = true
}

resource "uko_keystore" "google" {
  vault_id           = uko_vault.treasury.vault_id
  type               = "google_kms"
  name               = "google-frankfurt"
  groups             = ["analytics"]
  google_credentials = var.google_credentials
  google_location    = "europe-west3"
  google_key_ring    = "analytics"
}
