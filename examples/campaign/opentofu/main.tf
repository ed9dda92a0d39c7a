# The key of the ledger, which a campaign retires while this configuration still declares it.
terraform {
  required_providers {
    uko = {
      source = "pulumi-uko/uko"
    }
  }
}

provider "uko" {}

resource "uko_managed_key" "ledger" {
  vault_id        = "5c1e0000-0000-4000-8000-000000000001"
  template        = "payroll"
  label           = "ledger"
  deletion_reason = "The instance ends"
}
