# A new key takes over from an old one, which is then retired while each apply succeeds.
terraform {
  required_providers {
    uko = {
      source = "pulumi-uko/uko"
    }
  }
}

# Instance and credential come from each person's environment.
provider "uko" {}

variable "rotation" {
  description = "Each change of this value rotates the new key once."
  type        = string
  default     = "2026"
}

variable "retire" {
  description = "Whether the old key is deactivated and destroyed. Set it when no data needs the old key."
  type        = bool
  default     = false
}

locals {
  # The vault `payments` of the emulator's demo world.
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
}

resource "uko_managed_key" "new" {
  vault_id         = local.vault_id
  template         = "payroll"
  label            = "invoices-2026"
  rotation_trigger = var.rotation
}

resource "uko_managed_key" "old" {
  vault_id        = local.vault_id
  template        = "payroll"
  label           = "invoices-2025"
  state           = var.retire ? "destroyed" : "active"
  deletion_reason = "Replaced by invoices-2026"
}

output "versions_of_the_new_key" {
  value = uko_managed_key.new.version
}

output "old_key_waits_for" {
  value = uko_managed_key.old.deletion_awaits
}
