variable "azure_password" {
  type      = string
  ephemeral = true
}

# Azure names the keystore after its key vault, so it has no name of its own.
resource "uko_keystore" "azure" {
  vault_id                          = uko_vault.treasury.vault_id
  type                              = "azure_key_vault"
  groups                            = ["mail"]
  azure_service_name                = "contoso-keys"
  azure_resource_group              = "security"
  azure_tenant                      = "7f000000-0000-4000-8000-000000000001"
  azure_subscription_id             = "7f000000-0000-4000-8000-000000000002"
  azure_service_principal_client_id = "7f000000-0000-4000-8000-000000000003"
  azure_service_principal_password  = var.azure_password
  azure_variant                     = "premium"
}
