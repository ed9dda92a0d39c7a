variable "material" {
  description = "Base64 of 32 bytes"
  type        = string
  ephemeral   = true
}

# A new payload takes effect together with a changed rotation_trigger.
resource "uko_kms_key" "imported" {
  name             = "imported"
  payload          = var.material
  rotation_trigger = "2027"
}
