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
# The unit of a system service, where there is systemd and the place is one that it looks at.
unit=$(dirname "$0")/../packaging/pgradient.service
if [[ -e $unit && ${PREFIX:-/usr/local} == /usr* ]] && [[ -d /lib/systemd/system || -d /usr/lib/systemd/system ]]; then
    mkdir -p "$root/lib/systemd/system" "$root/share/doc/pgradient"
    sed -e "s|@BINARY@|${PREFIX:-/usr/local}/bin/pgradient|" -e "s|@PREFIX@|${PREFIX:-/usr/local}|" "$unit" \
        >"$root/lib/systemd/system/pgradient.service"
    install -m 644 "$(dirname "$0")/../docs/operation.md" "$root/share/doc/pgradient/operation.md"
    printf 'installed %s: systemctl enable --now pgradient\n' "$root/lib/systemd/system/pgradient.service"
fi
printf 'installed %s and completions for bash, zsh and fish\n' "$root/bin/pgradient"
