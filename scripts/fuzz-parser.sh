#!/usr/bin/env bash
# Fuzzes what takes bytes from the network, with the libFuzzer that comes with Swift's toolchain: the HTTP parser with
# the connection's state machine, and the reader of JSON. What they are asked is in Tests/*/Fuzzing.
#
#   scripts/fuzz-parser.sh [http|json] [libFuzzer options]      -max_total_time=600, -jobs=2, …
#   scripts/fuzz-parser.sh minimise [http|json]                 keeps of the corpus what adds coverage
#
# New inputs are collected below .build; `minimise` takes them into the corpus of the repository.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    sed -n '5,6s/^# *//p' "$0" >&2
    exit 2
}

minimise=
if [[ ${1-} == minimise ]]; then
    minimise=yes
    shift
fi
case ${1-http} in
http) room=HTTP dictionary=-dict=Tests/Fuzzers/HTTP/http.dict length=1024 ;;
json) room=JSON dictionary=-dict=Tests/Fuzzers/JSON/json.dict length=512 ;;
*) usage ;;
esac
(($# > 0)) && shift

build=.build/fuzzer
# A release build with its checks: overflow and bounds trap. Testable, because the parser is nobody else's business.
export PGRADIENT_FUZZER=1
# `ar` adds to an archive, and files of an earlier build would stay in it.
rm -f "$build/release/lib${room}Fuzzer.a"
swift build -c release --build-path "$build" --product "${room}Fuzzer" \
    -Xswiftc -enable-testing -Xswiftc -sanitize=fuzzer
# Linked by hand: SwiftPM has a name of its own for an executable's entry, and libFuzzer brings `main`.
fuzzer=$build/${room,,}-fuzzer
swiftc -sanitize=fuzzer "$build/release/lib${room}Fuzzer.a" -o "$fuzzer"

corpus=Tests/Fuzzers/$room/Corpus
# libFuzzer leaves a signal to whoever has taken it before, and Swift's own report would: then no input is kept.
export SWIFT_BACKTRACE=enable=no
found=$build/${room,,}-found
mkdir -p "$found" "$build/findings"
if [[ $minimise ]]; then
    merged=$(mktemp -d "$build/merged.XXXXXX")
    "$fuzzer" -merge=1 -max_len="$length" "$merged" "$corpus" "$found"
    rm -rf "$corpus"
    mv "$merged" "$corpus"
    chmod 755 "$corpus"
    du -sh --apparent-size "$corpus"
else
    exec nice -n 10 "$fuzzer" "$dictionary" -max_len="$length" -timeout=10 -print_final_stats=1 \
        -artifact_prefix="$build/findings/" "$@" "$found" "$corpus"
fi
