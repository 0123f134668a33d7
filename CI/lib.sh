#!/usr/bin/env bash
# shellcheck disable=SC2034 # what is set here is used by the scripts that source it
# Shared by the scripts of this folder: where things are, and how the two servers are started.
# Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin="$root/.build/debug"
folder=""
pids=()

# A developer's own settings must not leak in.
for name in "${!SCAN_LOGIN_@}"; do unset "$name"; done

# Ends what was started here, by pid, and deletes the folder.
cleanup() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  [[ -z "$folder" ]] || rm -rf "$folder"
}

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# start NAME COMMAND...: starts a server in the background, waits until it says where it listens,
# and puts that address into $address.
start() {
  local name=$1
  shift
  # Both are there from the beginning, however late the server starts.
  : >"$folder/$name.out" >"$folder/$name.err"
  "$@" >"$folder/$name.out" 2>"$folder/$name.err" &
  local pid=$!
  pids+=("$pid")
  local tries=0
  until address=$(grep -oPm1 'listening on \Khttps?://[^ ]+' "$folder/$name.out"); do
    if ! kill -0 "$pid" 2>/dev/null; then
      # Its own last line says why: a taken port, a bad setting.
      fail "$(tail -n1 "$folder/$name.err" | sed 's/^$/it said nothing/')"
    fi
    tries=$((tries + 1))
    [[ $tries -lt 300 ]] || fail "$name did not say within 30 s where it listens; see $folder/$name.err"
    sleep 0.1
  done
}

# start_both MOCK_PORT LOGIN_PORT: the mock and the login server with a fresh database; their
# addresses go into $wechat and $login.
start_both() {
  # Many may run beside each other: none insists on the usual port for operators.
  export SCAN_LOGIN_OPERATIONS_PORT=0
  folder=$(mktemp -d)
  trap cleanup EXIT
  start mock-wechat "$bin/mock-wechat" --port "$1"
  wechat=$address
  start login-server "$bin/login-server" serve --mode development --port "$2" \
    --wechat "$wechat" --database "$folder/data/login.sqlite"
  login=$address
}
