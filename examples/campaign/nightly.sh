#!/bin/sh
# Reads the status of a campaign, and posts what is waiting to Slack. Changes nothing.
# The address reaches curl through its standard input, so that no process list shows it.
set -eu
here=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# A vault that cannot be read is a line of the message, and fails the job at the end.
code=0
uko campaign status --folder "$1" --json > "$folder/status.json" || code=$?
node "$here/waiting.ts" < "$folder/status.json" > "$folder/message.json"
[ -s "$folder/message.json" ] || exit "$code"
printf 'url = "%s"\n' "$SLACK_WEBHOOK_URL" |
  curl --config - --fail --silent --show-error --max-time 60 \
    --header 'Content-Type: application/json' --data-binary "@$folder/message.json" --output /dev/null || code=1
exit "$code"
