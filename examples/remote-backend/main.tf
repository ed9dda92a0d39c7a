# The state of these keys is in a remote backend that locks it: backend.hcl says where.
terraform {
  backend "http" {}

  required_providers {
    uko = {
      source = "pulumi-uko/uko"
    }
  }
}

# Instance and credential come from each person's environment, so neither is in the state or in backend.hcl.
provider "uko" {}

resource "uko_managed_key" "payroll" {
  # The vault `payments` of the emulator's demo world.
  vault_id        = "5c1e0000-0000-4000-8000-000000000001"
  template        = "payroll"
  label           = "payroll"
  deletion_reason = "Payroll moved to the new ledger"
}
