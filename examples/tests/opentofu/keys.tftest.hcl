# With a mock, the test needs no service and no credential.
mock_provider "uko" {}

run "names_its_team" {
  variables {
    team = "ledger"
  }

  assert {
    condition     = uko_managed_key.payroll.tags.team == "ledger"
    error_message = "the key names another team"
  }
}
