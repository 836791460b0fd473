#!/usr/bin/env bash
# Property-based tests of the running daemon against its own OpenAPI document, with schemathesis: requests that the
# document allows and requests that it does not, one by one and in sequences, each answer held against the document.
#
#   scripts/fuzz-http.sh                          200 examples for each operation and phase, another seed every time
#   EXAMPLES=2000 SEED=7 scripts/fuzz-http.sh
#   BINARY=.build/release/pgradient scripts/fuzz-http.sh --phases fuzzing     more options go to schemathesis
#
# The daemon has a data folder of its own and any free port. Everything is removed at the end, however it comes, but for
# the Python environment, which is kept in the cache folder for the next time.
set -euo pipefail
cd "$(dirname "$0")/.."
own=$PWD/scripts/fuzz-http

version=4.32.5
examples=${EXAMPLES:-200}
seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
binary=$(realpath "${BINARY:-.build/debug/pgradient}")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pgradient/schemathesis-$version

fail() {
    printf 'fuzz-http: %s\n' "$1" >&2
    exit 1
}

[[ -x $binary ]] || fail "there is no $binary; swift build makes it"
if [[ ! -x $cache/bin/schemathesis ]]; then
    rm -rf "$cache"
    python3 -m venv "$cache" || fail "python3 with venv is missing: apt-get install python3-venv"
    "$cache/bin/pip" --quiet install "schemathesis==$version" || fail "schemathesis could not be installed"
fi

# One client starts all of the runs.
source scripts/with-daemon.sh --max-queued 100000
bash -c "${psql//\\/} --quiet --set ON_ERROR_STOP=1" <"$own/tables.sql"

printf 'fuzz-http: %s at %s, SEED=%s EXAMPLES=%s\n' "$binary" "$url" "$seed" "$examples"
# The check that is left out takes every DELETE for the end of a run; here it cancels, and what was learned stays.
status=0
# It keeps notes where it runs.
cd "$folder"
FUZZ_SEED=$seed FUZZ_URL=$url FUZZ_COUNTS=$folder/counts PYTHONPATH=$own PYTHONDONTWRITEBYTECODE=1 \
    "$cache/bin/schemathesis" --config-file "$own/schemathesis.toml" run "$url/openapi.json" \
    --checks all --exclude-checks use_after_free --max-examples "$examples" --seed "$seed" --request-timeout 60 --continue-on-failure --no-color \
    --suppress-health-check all "$@" || status=$?

"$cache/bin/python" "$own/report.py" "$folder/counts" || status=1
kill -0 "$daemon" 2>/dev/null || fail "the daemon died: $(tail -n 5 "$folder/log")"
# Runs may fail for what their rows are, not for a statement that the server refuses.
faults=$(grep -E '"level":"(error|critical)"' "$folder/log" | grep -vE '"message":"the run failed"' || true)
faults+=$(grep -E '"message":"the run failed","code":"(internal_error|database_error)"' "$folder/log" || true)
[[ -z $faults ]] || fail "the daemon reported errors: $(tail -n 5 <<<"$faults")"
((status == 0)) || fail "failed with SEED=$seed EXAMPLES=$examples"
printf 'fuzz-http: passed with SEED=%s EXAMPLES=%s\n' "$seed" "$examples"
