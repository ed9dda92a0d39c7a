import {
  to = uko_kms_key.backups
  id = "c0ffee00-0000-4000-8000-000000000005"
}
