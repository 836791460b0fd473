#!/usr/bin/env bash
# Installs the binary named on the command line and its shell completions below $DESTDIR$PREFIX.
set -euo pipefail

binary=$1
root=${DESTDIR-}${PREFIX:-/usr/local}

if ! mkdir -p "$root/bin" 2>/dev/null || [[ ! -w $root/bin ]]; then
    printf 'install: %s is not writable: use sudo, or a PREFIX of your own (make install PREFIX=~/.local)\n' \
        "$root/bin" >&2
    exit 1
fi

completions() { # shell, file
    mkdir -p "$(dirname "$2")"
    "$binary" --generate-completion-script "$1" >"$2.new"
    mv "$2.new" "$2"
}

install -m 755 "$binary" "$root/bin/pgradient"
# Line tables go; function names stay, for readable crash reports.
if command -v strip >/dev/null; then
    strip --strip-debug "$root/bin/pgradient"
fi
completions bash "$root/share/bash-completion/completions/pgradient"
completions zsh "$root/share/zsh/site-functions/_pgradient"
completions fish "$root/share/fish/vendor_completions.d/pgradient.fish"
printf 'installed %s and completions for bash, zsh and fish\n' "$root/bin/pgradient"
