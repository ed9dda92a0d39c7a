list "uko_vault" "all" {
  provider = uko
}
