#!/usr/bin/env bash
# Sourced by bin/test and .ci/run: runs checks by name and counts them.
# A check is a command that exits 0; its output is shown when it fails.

passed=0
failed=0
failed_names=()

say() { printf '%s\n' "$*"; }

count_passed() { passed=$((passed + 1)); }
count_failed() {
  failed=$((failed + 1))
  failed_names+=("$1")
}

# check <name> <command>...: one check, its output hidden unless it fails. Gives the command's verdict.
check() {
  local name=$1 output started=$SECONDS
  shift
  if output=$("$@" 2>&1 </dev/null); then
    count_passed
    say "ok      $name ($((SECONDS - started)) s)"
  else
    count_failed "$name"
    say "FAILED  $name ($((SECONDS - started)) s): $*"
    say "$output"
    return 1
  fi
}

# check_loud <name> <command>...: the same for a command whose output is progress worth seeing.
check_loud() {
  local name=$1 started=$SECONDS
  shift
  if "$@" </dev/null; then
    count_passed
    say "ok      $name ($((SECONDS - started)) s)"
  else
    count_failed "$name"
    say "FAILED  $name ($((SECONDS - started)) s): $*"
    return 1
  fi
}

# The last words: the failed names, then "N passed, N failed" alone on the last line. Exits.
finish() {
  local name
  for name in "${failed_names[@]}"; do say "failed: $name"; done
  say "$passed passed, $failed failed"
  if [ "$failed" = 0 ] && [ "$passed" -gt 0 ]; then exit 0; fi
  exit 1
}
