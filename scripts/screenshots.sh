#!/usr/bin/env bash
# Takes the pictures of the dashboard in docs/pictures anew: trains real runs and looks at them in headless Chromium,
# light and dark, wide and narrow.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/deps.sh --browser
swift build --build-tests
mkdir -p docs/pictures
PGRADIENT_PICTURES=$PWD/docs/pictures swift test --skip-build --disable-xctest --filter '^DashboardTests\.Pictures'
ls -l docs/pictures
