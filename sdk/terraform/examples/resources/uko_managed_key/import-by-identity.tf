import {
  to = uko_managed_key.ledger
  identity = {
    vault_id = "5c1e0000-0000-4000-8000-000000000001"
    key_id   = "9b2d0000-0000-4000-8000-000000000002"
  }
}
