# A key for payroll. Its deletion requires two people, unless the configuration says otherwise.
terraform {
  required_providers {
    uko = {
      source = "pulumi-uko/uko"
    }
  }
}

# Instance and credential come from each person's environment.
provider "uko" {}

resource "uko_managed_key" "payroll" {
  # The vault `payments` of the emulator's demo world.
  vault_id        = "5c1e0000-0000-4000-8000-000000000001"
  template        = "payroll"
  label           = "payroll"
  deletion_reason = "Payroll moved to the new ledger"
}

output "lifecycle_state" {
  value = uko_managed_key.payroll.lifecycle_state
}
