import {
  to = uko_vault.treasury
  identity = {
    vault_id = "5c1e0000-0000-4000-8000-000000000001"
  }
}
