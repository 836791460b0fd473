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

# Most tests wait for a server they share: two for a processor keep it busy, more only make each of them slow.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=${PGRADIENT_TEST_WIDTH:-$((2 * $(nproc)))}

mapfile -t suites < <(swift package describe --type json |
    sed -n 's/^ *"name" : "\([A-Za-z]*Tests\)",*$/\1/p' | sort -u)
if (($# > 0)); then suites=("$@"); fi
((${#suites[@]} > 0)) || {
    printf 'test: no suites found\n' >&2
    exit 1
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=() total=0 broken=0
for suite in "${suites[@]}"; do
    printf '\n== %s\n' "$suite"
    timeout --kill-after=10 "$limit" swift test --skip-build --disable-xctest --filter "^$suite\\." </dev/null |
        tee "$log" || failed+=("$suite")
    ran=$(sed -n 's/^.*Test run with \([0-9]*\) tests\{0,1\} .*$/\1/p' "$log" | tail -n 1)
    # A suite that runs nothing proves nothing, whatever its exit code says.
    [[ ${ran:-0} -gt 0 ]] || failed+=("$suite (ran no test)")
    total=$((total + ${ran:-0}))
    broken=$((broken + $(grep -E "^✘ Test .* failed after " "$log" | grep -cv "^✘ Test run" || true)))
done

printf '\n%d passed, %d failed\n' $((total - broken)) "$broken"
if ((${#failed[@]} > 0)); then
    printf 'test: failed: %s\n' "${failed[*]}" >&2
    exit 1
fi
printf 'test: all %d suites passed\n' "${#suites[@]}"
