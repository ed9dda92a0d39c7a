data "uko_pending_deletions" "all" {}

# Whom or what each deletion waits for.
output "waiting" {
  value = {
    for each in data.uko_pending_deletions.all.pending_deletions : each.label => {
      waiting_for  = each.deletion_awaits
      not_before   = each.deletion_not_before
      requested_by = each.deletion_requested_by
    }
  }
}
