variable "aws_access_key_id" {
  type      = string
  ephemeral = true
}

variable "aws_secret_access_key" {
  type      = string
  ephemeral = true
}

resource "uko_keystore" "frankfurt" {
  vault_id              = uko_vault.treasury.vault_id
  type                  = "aws_kms"
  name                  = "aws-frankfurt"
  groups                = ["cards"]
  aws_region            = "eu_central_1"
  aws_access_key_id     = var.aws_access_key_id
  aws_secret_access_key = var.aws_secret_access_key
}
