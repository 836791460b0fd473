#!/usr/bin/env bash
# Checks the format of all Swift sources (--fix: puts it right) and the syntax of our shell scripts.
set -euo pipefail
cd "$(dirname "$0")/.."

places=(Package.swift)
for place in Sources Tests migrations Benchmarks/Package.swift Benchmarks/Sources; do
    [[ -e $place ]] && places+=("$place")
done

if [[ ${1-} == --fix ]]; then
    exec swift format --in-place --parallel --recursive "${places[@]}"
fi
swift format lint --strict --parallel --recursive "${places[@]}"
for script in scripts/*.sh .ci/run; do
    bash -n "$script"
done
if command -v shellcheck >/dev/null; then
    shellcheck scripts/*.sh .ci/run
fi
printf 'lint: clean\n'
