list "uko_kms_key" "all" {
  provider = uko
}
