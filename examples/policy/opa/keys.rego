# Policies for plans of OpenTofu and Terraform that retire or delete keys of UKO. They read the JSON of a saved plan.
# METADATA
# title: Key deletions
# description: A ticket in the reason, an announced last day, and no step in a freeze
package main

import rego.v1

# Your own values, in a data file: {"uko": {"ticket_pattern": "...", "notice_days": 30, "freezes": [...]}}
default ticket_pattern := `\b[A-Z][A-Z0-9]+-[0-9]+\b`

ticket_pattern := data.uko.ticket_pattern

default notice_days := 30

notice_days := data.uko.notice_days

default freezes := []

freezes := data.uko.freezes

nanoseconds_a_day := ((24 * 60) * 60) * 1000000000

is_key(change) if change.type in {"uko_managed_key", "uko_kms_key"}

# A plan that takes a step, or requests one: the key leaves the configuration, or its state says so.
ends(change) if {
	is_key(change)
	"delete" in change.change.actions
}

ends(change) if {
	is_key(change)
	change.change.actions != ["no-op"]
	change.change.after.state in {"deactivated", "destroyed"}
}

ending contains change if {
	some change in input.resource_changes
	ends(change)
}

# A deletion carries the reason that was applied before; a retirement carries the one of the plan.
reason(change) := object.get(object.union(of(change.change.before), of(change.change.after)), "deletion_reason", null)

of(values) := values if is_object(values)

of(values) := {} if not is_object(values)

deny contains message if {
	some change in ending
	change.type == "uko_managed_key"
	not has_ticket(change)
	message := sprintf("%s: deletion_reason names no ticket (%s). Set it, and apply it before you remove the block.", [change.address, ticket_pattern])
}

has_ticket(change) if regex.match(ticket_pattern, reason(change))

# The announcement is the last day that an earlier apply wrote to the key.
deny contains message if {
	some change in ending
	change.type == "uko_managed_key"
	not last_day_is_over(change)
	message := sprintf("%s: the state has no expiration_date that is over. Announce the last day of use, and retire the key after it.", [change.address])
}

last_day_is_over(change) if day_ns(change.change.before.expiration_date) < time.now_ns()

deny contains message if {
	some change in input.resource_changes
	change.type == "uko_managed_key"
	change.change.actions == ["update"]
	new := change.change.after.expiration_date
	new != object.get(change.change.before, "expiration_date", null)
	day_ns(new) < time.now_ns() + (notice_days * nanoseconds_a_day)
	message := sprintf("%s: expiration_date %s gives less than %d days of notice.", [change.address, new, notice_days])
}

deny contains message if {
	some change in ending
	some freeze in freezes
	time.parse_rfc3339_ns(freeze.from) <= time.now_ns()
	time.now_ns() < time.parse_rfc3339_ns(freeze.to)
	message := sprintf("%s: no deletion takes a step from %s to %s (%s).", [change.address, freeze.from, freeze.to, freeze.name])
}

# The date of a key, with or without a time.
day_ns(date) := time.parse_rfc3339_ns(sprintf("%sT00:00:00Z", [substring(date, 0, 10)]))
