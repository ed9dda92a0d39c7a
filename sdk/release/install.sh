#!/bin/sh
# Installs the command uko, which needs no Node, on Linux and macOS:
#   sh install.sh [--to FOLDER] [--from URL] [--key FILE]
# It installs nothing whose checksum is not in the list of the release. With the project's public key, it also checks the signature
# of this list; with the GitHub CLI, logged in, it checks from which workflow the archive comes.
set -eu

# A release writes its own version here, so the script and the archive belong together.
version=0.0.0

fail() {
  echo "$1" >&2
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

platform() {
  case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    *) fail "There is no archive for $(uname -s) that this script can install. Next: see https://github.com/pulumi-uko/pulumi-uko/releases" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) processor=amd64 ;;
    aarch64 | arm64) processor=arm64 ;;
    *) fail "There is no archive for the processor $(uname -m). Next: install Node 22.19 or newer, and the npm package pulumi-uko." ;;
  esac
  if [ "$system" = linux ] && [ ! -e /lib64/ld-linux-x86-64.so.2 ] && [ ! -e /lib/ld-linux-aarch64.so.1 ]; then
    fail "The executable needs glibc, which this Linux does not have. Next: install Node 22.19 or newer, and the npm package pulumi-uko."
  fi
  echo "$system-$processor"
}

# An error page is not a file, so curl fails for a status other than 200. The list of checksums proves nothing if someone on the way
# can replace it, so curl follows no redirect away from https, which wget cannot promise.
download() {
  has curl || fail "This script downloads with curl, which is not on PATH. Next: install curl."
  curl --proto =https --proto-redir =https --fail --silent --show-error --location --output "$2" "$1" ||
    fail "Could not download $1 by https. Nothing was installed."
}

sha256() {
  if has sha256sum; then
    sha256sum "$1"
  elif has shasum; then
    shasum -a 256 "$1"
  else
    fail "This script needs sha256sum or shasum to check the archive. Next: install one of them."
  fi
}

# The key comes from the caller: a key from the place of the archive would prove nothing.
check_signature() {
  has gpg || fail "--key needs gpg, which is not on PATH. Nothing was installed."
  download "$from/checksums.txt.asc" "$work/checksums.txt.asc"
  mkdir -m 700 "$work/gpg"
  gpg --homedir "$work/gpg" --batch --quiet --import "$key" || fail "$key is not a public key. Nothing was installed."
  gpg --homedir "$work/gpg" --batch --quiet --status-file "$work/status" --verify "$work/checksums.txt.asc" "$work/checksums.txt" ||
    fail "The signature of checksums.txt is not good. Nothing was installed. Next: tell the project, see SECURITY.md."
  # gpg succeeds for a key that has expired or was revoked, too.
  grep -q '^\[GNUPG:\] GOODSIG ' "$work/status" ||
    fail "The key in $key has expired or was revoked. Nothing was installed. Next: get the current key of the project."
}

main() {
  from=https://github.com/pulumi-uko/pulumi-uko/releases/download/v$version
  to=$HOME/.local/bin
  key=
  while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || fail "$1 needs a value, or is unknown. The options are --to FOLDER, --from URL and --key FILE."
    case $1 in
      --to) to=$2 ;;
      --from) from=$2 ;;
      --key) key=$2 ;;
      *) fail "$1 is unknown. The options are --to FOLDER, --from URL and --key FILE." ;;
    esac
    shift 2
  done

  case $from in
    https://*) ;;
    *) fail "--from $from does not begin with https://. Nothing was installed." ;;
  esac
  archive=uko-v$version-$(platform).tar.gz
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  download "$from/checksums.txt" "$work/checksums.txt"
  [ -z "$key" ] || check_signature
  download "$from/$archive" "$work/$archive"
  expected=$(awk -v name="$archive" '$2 == name { print $1 }' "$work/checksums.txt")
  actual=$(sha256 "$work/$archive" | cut -d ' ' -f 1)
  [ -n "$expected" ] || fail "checksums.txt does not list $archive. Nothing was installed."
  [ "$expected" = "$actual" ] ||
    fail "$archive is not the file of the release: its SHA-256 is $actual, and checksums.txt lists $expected. Nothing was installed."
  if has gh && gh auth status >/dev/null 2>&1; then
    gh attestation verify "$work/$archive" --repo pulumi-uko/pulumi-uko >&2 ||
      fail "GitHub does not attest that $archive comes from the project. Nothing was installed."
  fi

  tar -xzf "$work/$archive" -C "$work" uko
  "$work/uko" --version >/dev/null || fail "The executable does not start on this machine. Nothing was installed."
  mkdir -p "$to"
  # A rename replaces the command at once, also while it runs.
  cp "$work/uko" "$to/.uko.$$"
  chmod 755 "$to/.uko.$$"
  mv -f "$to/.uko.$$" "$to/uko"
  echo "Installed uko $version in $to."
  [ -n "$key" ] || echo "Its checksum was checked; the signature was not, because --key names no public key."
  case :$PATH: in
    *:"$to":*) ;;
    *) echo "Next: add $to to PATH." ;;
  esac
}

# The last line, so that a script that was cut off does nothing.
main "$@"
