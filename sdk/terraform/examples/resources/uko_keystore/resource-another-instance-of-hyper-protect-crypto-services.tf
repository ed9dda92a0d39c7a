variable "other_instance_api_key" {
  type      = string
  ephemeral = true
}

resource "uko_keystore" "other_instance" {
  vault_id         = uko_vault.treasury.vault_id
  type             = "hpcs"
  name             = "hpcs-dallas"
  groups           = ["backup"]
  ibm_api_endpoint = "https://api.us-south.hs-crypto.cloud.ibm.com:9730"
  ibm_iam_endpoint = "https://iam.cloud.ibm.com"
  ibm_instance_id  = "7f000000-0000-4000-8000-000000000004"
  ibm_key_ring     = "backup"
  ibm_api_key      = var.other_instance_api_key
}
