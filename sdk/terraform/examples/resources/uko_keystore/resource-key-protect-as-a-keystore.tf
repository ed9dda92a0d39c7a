variable "key_protect_api_key" {
  type      = string
  ephemeral = true
}

resource "uko_keystore" "key_protect" {
  vault_id         = uko_vault.treasury.vault_id
  type             = "key_protect"
  name             = "key-protect-frankfurt"
  groups           = ["storage"]
  ibm_api_endpoint = "https://eu-de.kms.cloud.ibm.com"
  ibm_iam_endpoint = "https://iam.cloud.ibm.com"
  ibm_instance_id  = "7f000000-0000-4000-8000-000000000005"
  ibm_api_key      = var.key_protect_api_key
}
