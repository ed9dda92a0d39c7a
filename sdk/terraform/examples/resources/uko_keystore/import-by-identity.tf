import {
  to = uko_keystore.ring
  identity = {
    vault_id    = "5c1e0000-0000-4000-8000-000000000001"
    keystore_id = "4a7c0000-0000-4000-8000-000000000003"
  }
}
