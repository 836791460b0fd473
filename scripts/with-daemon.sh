#!/usr/bin/env bash
# Sourced by scripts that ask a daemon: starts one on a fresh private database, and ends it with the script.
#
#   in:   $binary, fail MESSAGE, and what else `serve` is given as arguments
#   out:  $folder, removed at the end; $url; $psql, a command that opens the database
folder=$(mktemp -d)
# Under root the private server is another user's, who has to get through.
chmod 711 "$folder"
daemon=
finish() {
    if [[ -n $daemon ]]; then
        kill "$daemon" 2>/dev/null || true
        wait "$daemon" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

"$binary" serve --listen 127.0.0.1:0 --data-dir "$folder/data" --log-format json "$@" >"$folder/out" 2>"$folder/log" &
daemon=$!
for _ in $(seq 600); do
    grep -q '"ready"' "$folder/log" && break
    kill -0 "$daemon" 2>/dev/null || break
    sleep 0.1
done
url=$(sed -n 's/^.*listens on \(http[^ ]*\)$/\1/p' "$folder/out")
psql=$(sed -n 's/^.*"psql":"\([^"]*\)".*$/\1/p' "$folder/log" | tail -n 1)
[[ -n $url && -n $psql ]] || fail "the daemon did not get ready: $(cat "$folder/out" "$folder/log")"
