data "uko_keystores" "all" {}

output "unhealthy" {
  value = [for each in data.uko_keystores.all.keystores : each.name if each.health != "ok"]
}
