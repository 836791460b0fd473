#!/usr/bin/env bash
# Runs the test suites one after the other, each in a process of its own: they count threads, descriptors and children,
# which tests of another suite would disturb. The suites of one process still run in parallel.
#
#   scripts/test.sh                 all suites
#   scripts/test.sh NetworksTests   only these
set -euo pipefail
cd "$(dirname "$0")/.."

# A suite takes a minute or two; one that takes this long hangs.
limit=${PGRADIENT_TEST_LIMIT:-900}

mapfile -t suites < <(swift package describe --type json |
    sed -n 's/^ *"name" : "\([A-Za-z]*Tests\)",*$/\1/p' | sort -u)
if (($# > 0)); then suites=("$@"); fi
((${#suites[@]} > 0)) || {
    printf 'test: no suites found\n' >&2
    exit 1
}

failed=()
for suite in "${suites[@]}"; do
    printf '\n== %s\n' "$suite"
    timeout --kill-after=10 "$limit" swift test --skip-build --filter "^$suite\\." </dev/null ||
        failed+=("$suite")
done

printf '\n'
if ((${#failed[@]} > 0)); then
    printf 'test: failed: %s\n' "${failed[*]}" >&2
    exit 1
fi
printf 'test: all %d suites passed\n' "${#suites[@]}"
