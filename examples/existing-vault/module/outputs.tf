output "lifecycle_states" {
  description = "The state of each key by its label"
  value       = { for label, key in uko_managed_key.this : label => key.lifecycle_state }
}
