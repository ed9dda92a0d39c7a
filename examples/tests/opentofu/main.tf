# A key that names its team.
terraform {
  required_providers {
    uko = {
      source = "pulumi-uko/uko"
    }
  }
}

provider "uko" {}

variable "team" {
  type    = string
  default = "payroll"
}

resource "uko_managed_key" "payroll" {
  # The vault `payments` of the emulator's demo world.
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
  template = "payroll"
  label    = "payroll-${var.team}"
  tags     = { team = var.team }
}
