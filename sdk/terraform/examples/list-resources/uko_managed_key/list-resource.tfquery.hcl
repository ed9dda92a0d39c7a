list "uko_managed_key" "all" {
  provider = uko

  config {
    vault_id = "5c1e0000-0000-4000-8000-000000000001"
  }
}
