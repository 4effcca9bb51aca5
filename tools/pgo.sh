#!/usr/bin/env bash
# Measures what the program does in practice (benches/programs) and keeps it as the profile that release builds are optimised with.
#
# The profile (tools/release.profdata, LLVM's indexed form) is read by install.sh and tests/run.sh where the compiler can. A function
# that has changed since is compiled without it: make it anew when the dispatch loop or the heap has changed.
# Needs the rustup component llvm-tools. Takes one release build.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
# shellcheck source=tools/setup.sh
. tools/setup.sh
need_rust
profdata=$(find "$(rustc --print sysroot)/lib/rustlib" -name llvm-profdata | head -n 1)
[ -n "$profdata" ] || die "llvm-profdata is missing. Run: rustup component add llvm-tools   and then this again"
raw=$(mktemp -d)
trap 'rm -rf "$raw"' EXIT
say "Building with counters"
build=$(target_dir)/counted
CARGO_ENCODED_RUSTFLAGS="-Cprofile-generate=$raw" CARGO_TARGET_DIR=$build \
    cargo build --release --ignore-rust-version -p pellucid-kernel --features figures --quiet
# What the build's own programs counted is not what users run.
rm -f "$raw"/*.profraw
for program in benches/programs/*.py; do
    say "Running $program"
    "$build/release/pellucid" run "$program" >/dev/null
done
"$profdata" merge --sparse -o tools/release.profdata "$raw"/*.profraw
say "Written: tools/release.profdata"
