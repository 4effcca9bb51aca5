# Functions that install.sh and tests/run.sh share. To be sourced by bash.

say() { printf '==> %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# debian_package PACKAGE REASON: installs a Debian package as root; otherwise says what to do, and fails.
debian_package() {
    if ! command -v apt-get >/dev/null; then
        die "$2. Install what your system calls $1, and run this again"
    elif [ "$(id -u)" != 0 ]; then
        die "$2. Run: sudo apt-get install $1   and then this again"
    fi
    say "Installing the Debian package $1: $2"
    { apt-get install -y -qq "$1" || { apt-get update -qq && apt-get install -y -qq "$1"; }; } >/dev/null \
        || die "apt-get could not install $1"
}

# Puts cargo on PATH, where rustup left it if need be, and sees to a linker.
need_rust() {
    if ! command -v cargo >/dev/null && [ -x "$HOME/.cargo/bin/cargo" ]; then
        PATH="$HOME/.cargo/bin:$PATH"
    fi
    command -v cargo >/dev/null || die "cargo is not on PATH. Get Rust from https://rustup.rs, and run this again"
    command -v cc >/dev/null || debian_package build-essential "Rust needs a C compiler to link with"
}

# make_venv FOLDER PACKAGE...: a virtual environment with these packages; quick when it is there already.
make_venv() {
    local venv=$1; shift
    command -v python3 >/dev/null || debian_package python3 "Python 3 is not installed"
    if [ -f "$venv/.complete" ] && [ "$(cat "$venv/.complete")" = "$*" ] && "$venv/bin/python" -c '' 2>/dev/null; then
        say "$venv is there"
        return
    fi
    say "Making $venv with $* (a minute or two)"
    rm -rf "$venv"
    # Debian's python3 has the module venv but, without the package python3-venv, no pip to put into one.
    if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        debian_package python3-venv "python3 cannot make virtual environments"
    fi
    python3 -m venv "$venv" || die "python3 could not make $venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@" || die "pip could not install $*"
    printf '%s' "$*" > "$venv/.complete"
}

# The folder that cargo builds into, as an absolute path. To be called in the project's folder.
target_dir() {
    case "${CARGO_TARGET_DIR:-target}" in
        /*) printf '%s' "$CARGO_TARGET_DIR" ;;
        *) printf '%s/%s' "$PWD" "${CARGO_TARGET_DIR:-target}" ;;
    esac
}

# build_release [CARGO OPTION...]: the release program, optimised for what tools/release.profdata says that it does in practice
# (tools/pgo.sh writes it), where this compiler can read that. To be called in the project's folder.
build_release() {
    # Functions that have changed since the profile was made are compiled without it: no news for whoever installs.
    local flags=() kept probe quiet=-Cllvm-args=-no-pgo-warn-mismatch
    probe=$(mktemp -d)
    kept=$(target_dir)/$(cksum < tools/release.profdata | cut -d' ' -f1).profdata
    mkdir -p "$(target_dir)"
    # Cargo builds anew when flags change, not when a file they name does: so the name goes with the content.
    [ -f "$kept" ] || cp tools/release.profdata "$kept"
    echo 'pub fn probe() {}' > "$probe/probe.rs"
    if [ -n "${RUSTFLAGS:-}${CARGO_ENCODED_RUSTFLAGS:-}" ]; then
        say "RUSTFLAGS is set: building with those flags, without the profile in tools/"
    elif rustc --crate-type lib -Copt-level=1 "-Cprofile-use=$kept" "$quiet" --out-dir "$probe" "$probe/probe.rs" 2>/dev/null; then
        flags=("CARGO_ENCODED_RUSTFLAGS=-Cprofile-use=$kept"$'\x1f'"$quiet")
    else
        say "This compiler cannot read tools/release.profdata: building without it, about a tenth slower"
    fi
    rm -rf "$probe"
    # The compiler's crates ask for a newer Rust than they use.
    env "${flags[@]}" cargo build --release --ignore-rust-version -p pellucid-kernel --features figures "$@"
}
