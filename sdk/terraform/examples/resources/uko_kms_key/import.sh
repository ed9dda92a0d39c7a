terraform import uko_kms_key.backups c0ffee00-0000-4000-8000-000000000005
