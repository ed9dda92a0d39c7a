import {
  to = uko_key_template.mail
  identity = {
    vault_id    = "5c1e0000-0000-4000-8000-000000000001"
    template_id = "6d1f0000-0000-4000-8000-000000000004"
  }
}
