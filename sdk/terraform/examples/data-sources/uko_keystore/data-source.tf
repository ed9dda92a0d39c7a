data "uko_keystore" "ring" {
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
  name     = "payroll-ring"
}

check "ring_is_healthy" {
  assert {
    condition     = data.uko_keystore.ring.health == "ok"
    error_message = "${data.uko_keystore.ring.name} is unhealthy: ${data.uko_keystore.ring.health_message}"
  }
}
