data "uko_key_template" "payroll" {
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
  name     = "payroll"
}

resource "uko_managed_key" "payroll" {
  vault_id = data.uko_key_template.payroll.vault_id
  template = data.uko_key_template.payroll.name
  label    = "payroll-2027"
}
