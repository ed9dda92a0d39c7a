#!/bin/sh
# Writes the metrics to a file of node_exporter's textfile collector: sh textfile.sh /var/lib/node_exporter/uko.prom
# If uko prints nothing, the last file stays, and uko_list_timestamp_seconds shows its age.
set -eu
file=$1
trap 'rm -f "$file.new"' EXIT
umask 022
code=0
uko requests --metrics > "$file.new" || code=$?
# A rename within a folder is atomic, so the collector never reads half a file.
[ ! -s "$file.new" ] || mv "$file.new" "$file"
exit "$code"
