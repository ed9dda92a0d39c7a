#!/bin/sh
# Lists the pending requests, and sends a message to each place whose variable is set. Approves nothing.
# Addresses and passwords reach curl through its standard input, so that no process list shows them.
set -eu
here=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# A vault that cannot be read is a sentence in the messages, and fails the job at the end.
code=0
uko requests --json > "$folder/requests.jsonl" || code=$?

quoted() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }

post() {
  node "$here/notify.ts" "$1" < "$folder/requests.jsonl" > "$folder/$1.json" || return 1
  [ -s "$folder/$1.json" ] || return 0
  printf 'url = "%s"\n' "$(quoted "$2")" |
    curl --config - --fail --silent --show-error --max-time 60 \
      --header 'Content-Type: application/json' --data-binary "@$folder/$1.json" --output /dev/null
}

mail() {
  node "$here/notify.ts" mail < "$folder/requests.jsonl" > "$folder/body" || return 1
  [ -s "$folder/body" ] || return 0
  { printf 'From: %s\nTo: %s\n' "$MAIL_FROM" "$MAIL_TO"; cat "$folder/body"; } > "$folder/mail"
  printf 'url = "%s"\nuser = "%s"\n' "$(quoted "$SMTP_URL")" "$(quoted "$SMTP_USER:$SMTP_PASSWORD")" |
    curl --config - --ssl-reqd --crlf --silent --show-error --max-time 60 \
      --mail-from "$MAIL_FROM" --mail-rcpt "$MAIL_TO" --upload-file "$folder/mail"
}

# A place that cannot be reached does not keep the message from the others.
[ -z "${SLACK_WEBHOOK_URL:-}" ] || post slack "$SLACK_WEBHOOK_URL" || code=1
[ -z "${TEAMS_WEBHOOK_URL:-}" ] || post teams "$TEAMS_WEBHOOK_URL" || code=1
[ -z "${SMTP_URL:-}" ] || mail || code=1
grep '"error":' "$folder/requests.jsonl" >&2 || true
exit "$code"
