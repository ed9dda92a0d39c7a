# A key that exists already, to delete it.
terraform {
  required_providers {
    uko = {
      source = "pulumi-uko/uko"
    }
  }
}

# Instance and credential come from each person's environment.
provider "uko" {}

import {
  to = uko_managed_key.orders
  # The key `orders` of the emulator's demo world.
  id = "5c1e0000-0000-4000-8000-000000000001/9b2d0000-0000-4000-8000-000000000002"
}

resource "uko_managed_key" "orders" {
  vault_id        = "5c1e0000-0000-4000-8000-000000000001"
  template        = "payroll"
  label           = "orders"
  deletion_reason = "Replaced by orders-2026"
}
