# Adopts keys of a vault that exists. An import block works in a root module only, so each key is adopted by its ID.
terraform {
  required_providers {
    uko = {
      source = "pulumi-uko/uko"
    }
  }
}

resource "uko_managed_key" "this" {
  for_each = var.keys

  vault_id        = var.vault_id
  existing_key_id = each.value.key_id
  template        = each.value.template
  label           = each.key
  deletion_reason = var.deletion_reason
}
