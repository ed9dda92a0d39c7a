# Keys of a vault that exists, adopted by the module next to this folder.
terraform {
  required_providers {
    uko = {
      source = "pulumi-uko/uko"
    }
  }
}

# Instance and credential come from each person's environment.
provider "uko" {}

module "payments" {
  source = "git::https://github.com/pulumi-uko/pulumi-uko.git//examples/existing-vault/module"

  vault_id = "5c1e0000-0000-4000-8000-000000000001"
  keys = {
    orders      = { key_id = "9b2d0000-0000-4000-8000-000000000001", template = "orders" }
    orders-2024 = { key_id = "9b2d0000-0000-4000-8000-000000000004", template = "orders" }
  }
  deletion_reason = "Orders moved to the new shop"
}

output "lifecycle_states" {
  value = module.payments.lifecycle_states
}
