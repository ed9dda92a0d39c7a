variable "vault_id" {
  description = "UUID of the vault that exists"
  type        = string
}

variable "keys" {
  description = "The keys to adopt by their labels: the ID and the template of each"
  type        = map(object({ key_id = string, template = string }))
}

variable "deletion_reason" {
  description = "Why the keys are deleted, once they are"
  type        = string
  default     = null
}
