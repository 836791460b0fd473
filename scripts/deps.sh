#!/usr/bin/env bash
# Installs what building, testing and running needs and this machine lacks. An equipped machine is left
# alone: no apt-get, no network.
#
#   scripts/deps.sh            install what is missing
#   scripts/deps.sh --check    only say what is missing; exit 1 if anything is
#   scripts/deps.sh --bench    also what the benchmarks need: a Python that makes virtual environments, and wrk
#   scripts/deps.sh --browser  also what the tests of the dashboard need: Chromium
set -euo pipefail

# The oldest PostgreSQL that pgradient runs (Installation.oldestMajor) and the oldest Swift that builds it.
oldest_postgres=14
oldest_swift=6.2
# Where Debian keeps servers, and where it reads the defaults for new clusters; overridable to try this out.
debian_root=${PGRADIENT_DEBIAN_ROOT:-/usr/lib/postgresql}
createcluster_dir=${PGRADIENT_CREATECLUSTER_DIR:-/etc/postgresql-common/createcluster.d}

say() { printf 'deps: %s\n' "$*"; }
fail() {
    printf 'deps: %s\n' "$@" >&2
    exit 1
}

# Whether $1 holds a whole server that is new enough.
is_server() {
    local tool major
    for tool in postgres initdb pg_ctl; do
        [[ -x $1/$tool ]] || return 1
    done
    major=$("$1/postgres" --version | sed -n 's/^.*(PostgreSQL) \([0-9]*\).*$/\1/p') || return 1
    [[ -n $major ]] && ((major >= oldest_postgres))
}

# Looks where pgradient itself looks: pg_config, Debian's directories, PATH. Prints the first that will do.
find_server() {
    local candidates=() directory
    if command -v pg_config >/dev/null; then
        candidates+=("$(pg_config --bindir)")
    fi
    for directory in "$debian_root"/*/bin; do
        candidates+=("$directory")
    done
    if command -v postgres >/dev/null; then
        candidates+=("$(dirname "$(command -v postgres)")")
    fi
    for directory in "${candidates[@]}"; do
        if is_server "$directory"; then
            printf '%s\n' "$directory"
            return 0
        fi
    done
    return 1
}

# Whether there is a browser that the tests can drive (Tests/DashboardTests/Support/Browser.swift looks for the same).
is_browser_there() {
    local name
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null; then return 0; fi
    done
    return 1
}

# Prints the Debian packages that are missing, one a line.
missing_packages() {
    local server
    if ! command -v pkg-config >/dev/null; then
        printf 'pkg-config\n'
    fi
    # SwiftPM asks pkg-config for libpq, so that is what must know it.
    if ! { command -v pkg-config >/dev/null && pkg-config --exists libpq; }; then
        printf 'libpq-dev\n'
    fi
    if server=$(find_server); then
        [[ -x $server/psql ]] || command -v psql >/dev/null || printf 'postgresql-client\n'
    else
        printf 'postgresql\n'
    fi
    # Debian's python3 comes without ensurepip; without it an environment has no pip.
    if [[ $is_bench == yes ]]; then
        python3 -c 'import venv, ensurepip' 2>/dev/null || printf 'python3-venv\n'
        command -v wrk >/dev/null || printf 'wrk\n'
    fi
    if [[ $is_browser == yes ]] && ! is_browser_there; then
        printf 'chromium\n'
    fi
}

check_swift() {
    local version
    command -v swift >/dev/null ||
        fail "no Swift toolchain on PATH: install Swift $oldest_swift or newer, https://www.swift.org/install/linux/"
    version=$(swift --version 2>/dev/null | sed -n 's/^.*Swift version \([0-9.]*\).*$/\1/p' | head -n 1)
    [[ $(printf '%s\n' "$oldest_swift" "${version:-0}" | sort -V | head -n 1) == "$oldest_swift" ]] ||
        fail "Swift ${version:-of unknown version} is too old: install $oldest_swift or newer," \
            "https://www.swift.org/install/linux/"
}

# Runs a command as root; $as_root is set by install_packages.
privileged() { "${as_root[@]}" "$@"; }

# Debian's postgresql makes a cluster "main" on port 5432 when first installed. We need programs, not a
# server on the network: a drop-in forbids it for this installation and goes again when that is done.
forbid_main_cluster() {
    say "PostgreSQL is new here: telling it not to make its cluster \"main\" ($drop_in)"
    privileged mkdir -p "$createcluster_dir"
    printf '%s\n' '# While pgradient installs PostgreSQL: no default cluster on port 5432.' \
        'create_main_cluster = false' | privileged tee "$drop_in" >/dev/null
}

install_packages() {
    local packages=("$@") as_root=() drop_in=$createcluster_dir/pgradient.conf forbidden=no
    command -v apt-get >/dev/null ||
        fail "missing: ${packages[*]} (Debian's names), and there is no apt-get here." \
            "Install libpq with its headers, pkg-config and a PostgreSQL server ($oldest_postgres or newer) yourself."
    if ((EUID != 0)); then
        command -v sudo >/dev/null ||
            fail "missing: ${packages[*]}. Neither root nor sudo here; as root run:" \
                "  apt-get install --no-install-recommends ${packages[*]}"
        as_root=(sudo)
        # Without a terminal a password prompt would wait for ever.
        [[ -t 0 ]] || as_root=(sudo -n)
        privileged true || fail "sudo does not let us in; as root run:" \
            "  apt-get install --no-install-recommends ${packages[*]}"
    fi
    say "installing ${packages[*]}"
    if [[ " ${packages[*]} " == *" postgresql "* ]] && ! is_debian_server_installed; then
        forbid_main_cluster
        forbidden=yes
    fi
    # A broken third-party list must not stop us; if a package is really not to be had, install says so.
    privileged apt-get update -qq || say "apt-get update failed in part, going on"
    privileged env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${packages[@]}" ||
        fail "apt-get could not install: ${packages[*]} (see above)"
    if [[ $forbidden == yes ]]; then
        privileged rm -f "$drop_in"
    fi
}

# Whether any server package of Debian's is there, even an old one: such an installation is not touched.
is_debian_server_installed() {
    dpkg-query -W -f='${db:Status-Status}\n' 'postgresql-[0-9]*' 2>/dev/null | grep -q '^installed$'
}

main() {
    local packages=() still=() is_bench=no is_browser=no
    if [[ ${1-} == --bench ]]; then is_bench=yes; fi
    if [[ ${1-} == --browser ]]; then is_browser=yes; fi
    check_swift
    mapfile -t packages < <(missing_packages)
    if ((${#packages[@]} == 0)); then
        say "nothing is missing ($(find_server), libpq $(pkg-config --modversion libpq))"
        return 0
    fi
    if [[ ${1-} == --check ]]; then
        fail "missing: ${packages[*]}"
    fi
    install_packages "${packages[@]}"
    mapfile -t still < <(missing_packages)
    ((${#still[@]} == 0)) || fail "still missing after installation: ${still[*]}"
    say "done ($(find_server), libpq $(pkg-config --modversion libpq))"
}

main "$@"
