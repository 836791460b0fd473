#!/usr/bin/env bash
# Walks through every route of a running daemon with curl, and writes down what was said: docs/http.md.
#
#   scripts/walk.sh > docs/http.md
#   BINARY=.build/release/pgradient scripts/walk.sh
#
# The daemon has a data folder of its own and any free port; both are gone afterwards. Long answers are cut: `… (n more
# lines)` stands for what is left out. Fails if an answer has another status than the walk expects, or if a route of the
# OpenAPI document was left out.
set -euo pipefail
# Lines are cut between characters, not between bytes.
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."

binary=${BINARY:-.build/debug/pgradient}
fail() {
    printf 'walk: %s\n' "$1" >&2
    exit 1
}

source scripts/with-daemon.sh

# say TEXT: a line of the document between two steps.
say() { printf '\n%s\n' "$1"; }

# walk STATUS LINES ROUTE ARGUMENTS…: asks with curl, shows the question, the head where it tells something, and so many
# lines of the answer.
walk() {
    local expected=$1 lines=$2 route=$3 shown='curl' word status length
    shift 3
    printf '%s\n' "$route" >>"$folder/seen"
    for word in "$@"; do
        word=${word//$url/localhost:8080}
        # Quoted where a shell would need it.
        if [[ $word =~ ^[A-Za-z0-9_./:=,*-]+$ ]]; then shown+=" $word"; else shown+=" '$word'"; fi
    done
    status=$(curl --silent --show-error --dump-header "$folder/head" --output "$folder/body" \
        --write-out '%{http_code}' "$@")
    [[ $status == "$expected" ]] || fail "$shown: $status and not $expected: $(cat "$folder/body")"
    printf '\n```console\n$ %s\n' "$shown"
    printf '%s\n' "$status"
    { grep -iE '^(location|etag|link|allow|accept|content-type|retry-after):' "$folder/head" || true; } | tr -d '\r' |
        grep -viE '^content-type: application/json$' || true
    if [[ -s $folder/body ]]; then
        echo
        length=$(wc -l <"$folder/body")
        head -n "$lines" "$folder/body" | sed -E 's/^(.{170}).{10,}$/\1…/'
        if ((length > lines)); then printf '… (%d more lines)\n' $((length - lines)); fi
    fi
    printf '```\n'
    : >"$folder/body"
}

tag() { sed -n 's/^[Ee][Tt]ag: \(.*\)$/\1/p' "$folder/head" | tr -d '\r'; }

cat <<'TEXT'
# A walk through the interface

Every route, asked with curl, and what the daemon said: the status, header fields that tell something, and the answer, cut
where it is long. `scripts/walk.sh` made this page on a fresh database; it fails if an answer has another status than is
shown here or if a route is missing. What each route takes and gives in full is in `/openapi.json`, which every daemon serves
about itself.
TEXT

say '## The daemon'
walk 200 9 /healthz "$url/healthz"
walk 200 9 /readyz "$url/readyz"
walk 200 14 /metrics "$url/metrics"
walk 200 12 /openapi.json "$url/openapi.json"
say 'A browser gets a page that shows all of what follows.'
walk 200 6 / "$url/" -H 'Accept: text/html'

say '## Starting a run'
say 'Options that are left out have defaults; without a body it is the example of the article.'
small='{"name": "walk", "source": {"example": "moons", "rows": 300}, "max_iter": 60, "seed": 7}'
walk 202 16 /train -X POST "$url/train" -H 'Idempotency-Key: monday-1' -d "$small"
say 'The same key with the same body is the same run, however often it is sent. With another body it is refused.'
walk 202 4 /train -X POST "$url/train" -H 'Idempotency-Key: monday-1' -d "$small"
walk 422 9 /train -X POST "$url/train" -H 'Idempotency-Key: monday-1' -d '{"seed": 8}'
say 'What is wrong is said in words, with the field and what to do about it.'
walk 422 9 /train -X POST "$url/train" -d '{"solvr": "adam"}'
walk 400 9 /train -X POST "$url/train" -d '{"max_iter": 3,'

say '## Watching it'
say 'Events come as they happen, and the last one is the run as it ended. `Last-Event-ID` says what one has already.'
walk 200 8 '/train/{id}/events' "$url/train/1/events" -H 'Last-Event-ID: 56'
walk 200 4 '/train/{id}/events' "$url/train/1/events" -H 'Accept: application/x-ndjson' -H 'Last-Event-ID: 58'
walk 200 40 '/train/{id}' "$url/train/1"
say 'Who asks again names the tag of what he has: as long as nothing has changed, there is no body.'
walk 304 1 '/train/{id}' "$url/train/1" -H "If-None-Match: $(tag)"
walk 200 12 /train "$url/train?limit=1&sparkline=8"
walk 200 9 '/train/{id}/metrics' "$url/train/1/metrics?every=20&format=csv"
say 'Lists come in pages. The next one is `next` in the answer, and the field Link.'
walk 200 12 '/train/{id}/metrics' "$url/train/1/metrics?limit=1"

say '## What it has learned'
walk 200 14 /params "$url/params?run=1&epoch=best"
walk 200 5 /params "$url/params?run=1&from=0&to=2" -H 'Accept: text/csv'
walk 200 20 /predict -X POST "$url/predict" -d '{"run": 1, "rows": [{"x1": 0.3, "x2": -1}, {"x1": -1, "x2": 0.5}]}'
walk 200 28 '/train/{id}/evaluation' "$url/train/1/evaluation"
walk 200 22 '/train/{id}/boundary' "$url/train/1/boundary?size=4&points=2"
walk 200 12 '/train/{id}/sql' "$url/train/1/sql"
walk 200 14 '/train/{id}/sql' "$url/train/1/sql?as=function&name=moon"

say '## A table of your own'
# shellcheck disable=SC2001
bash -c "${psql//\\/} --quiet" <<'SQL'
CREATE TABLE customers AS
    SELECT i AS id, 18 + i * 7 % 60 AS age, (ARRAY['basic', 'plus', 'pro'])[1 + i % 3] AS plan, i % 3 = 0 AND i % 7 < 4 AS churned
    FROM generate_series(1, 200) AS i;
SQL
walk 200 12 /tables "$url/tables"
walk 200 24 /describe "$url/describe?table=customers&label=churned"
walk 202 4 /train -X POST "$url/train" -d '{"source": {"table": "customers"}, "label": "churned", "max_iter": 100000, "tol": 0}'

say '## Changing and ending runs'
walk 200 4 '/train/{id}' -X PATCH "$url/train/1" -d '{"tags": ["kept"], "notes": "for the walk"}'
walk 200 6 /train "$url/train?tag=kept&limit=1"
walk 202 7 '/train/{id}/resume' -X POST "$url/train/1/resume" -d '{"max_iter": 80}'
say 'Cancelled is what nobody works on at once (200), and what is being trained within its statement (202). What was learned stays.'
# Whether the daemon has begun with it by now is a matter of milliseconds: its stream tells when it has.
{ curl --silent --no-buffer "$url/train/2/events" || true; } | grep -q --max-count=1 '^id: ' || true
walk 202 3 '/train/{id}' -X DELETE "$url/train/2"
curl --silent "$url/train/2/events" >/dev/null
walk 204 1 '/train/{id}' -X DELETE "$url/train/2?purge=true"
walk 404 9 '/train/{id}' "$url/train/2"

say '## What HTTP itself has'
walk 200 1 /train --head "$url/train/1"
walk 204 1 /train -X OPTIONS "$url/train"
walk 405 9 /predict "$url/predict"
walk 406 9 /train "$url/train" -H 'Accept: image/png'
walk 415 9 /train -X POST "$url/train" -H 'Content-Type: text/xml' -d '<run/>'
walk 422 9 /train "$url/train?limt=3"


missing=$(curl --silent "$url/openapi.json" | sed -n 's|^    "\(/[^"]*\)": {$|\1|p' | sort -u |
    comm -23 - <(sort -u "$folder/seen"))
[[ -z $missing ]] || fail "the walk leaves out: $missing"
