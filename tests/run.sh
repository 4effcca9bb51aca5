#!/usr/bin/env bash
# All tests: Rust, clippy, instruction counts, the kernel through a fake front end and Jupyter's own suite, the notes'
# claims, CPython's own tests, the notebooks.
# Ends with a line `N passed, N failed, N skipped`; exits 1 if anything failed.
set -uo pipefail
# What tests execute is no part of the user's history.
export PELLUCID_HISTORY=none

if [ "${1:-}" = --help ] || [ "${1:-}" = -h ]; then
    sed -n '2,4s/^# //p' "$0"
    exit 0
fi

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." || exit 1
# shellcheck source=tools/setup.sh
. tools/setup.sh

passed=0 failed=0 skipped=0
count() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

# one TITLE COMMAND...: a step that counts as one test.
one() {
    local title=$1; shift
    say "$title"
    if "$@"; then count 1 0 0; else printf 'FAILED: %s\n' "$title"; count 0 1 0; fi
}

# number WORD TEXT: the sum of the numbers in front of WORD.
number() { grep -oE "[0-9]+ $1" <<<"$2" | awk '{ n += $1 } END { print n + 0 }'; }

# The CPython to compare with: PELLUCID_CPYTHON, a python3.13 on PATH that answers, or the newest 3.13 that pyenv has.
if [ -z "${PELLUCID_CPYTHON:-}" ] && ! python3.13 -c '' 2>/dev/null && command -v pyenv >/dev/null; then
    newest=$(pyenv versions --bare 2>/dev/null | grep -E '^3\.13\.[0-9]+$' | sort -V | tail -n 1)
    [ -n "$newest" ] && export PELLUCID_CPYTHON="$(pyenv prefix "$newest")/bin/python3"
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

need_rust
target=$(target_dir)
venv=$target/test-venv
packages=(jupyter_client jupyter_kernel_test nbconvert nbclient pytest papermill nbval jupyter_console pexpect ipywidgets)
# The tests in a real JupyterLab need a browser; without one they say that they were skipped.
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] && packages+=(jupyterlab playwright)
make_venv "$venv" "${packages[@]}"

# A page with every lens on its examples, to be looked at: light, dark, printed, and as text.
export PELLUCID_GALLERY=$target/gallery
say "Rust tests"
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --ignore-rust-version --no-fail-fast --color never 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    summary=$(grep -E '^ *Summary' "$log" | tail -n 1)
    count "$(number passed "$summary")" "$(($(number failed "$summary") + $(number 'timed out' "$summary")))" "$(number skipped "$summary")"
else
    cargo test --workspace --ignore-rust-version --no-fail-fast --color never 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    summary=$(grep -E '^test result:' "$log")
    count "$(number passed "$summary")" "$(number failed "$summary")" "$(number ignored "$summary")"
fi
# A build that fails has no tests to count.
if [ "$status" != 0 ] && [ "$failed" = 0 ]; then count 0 1 0; fi

one "Clippy: the banned host calls" cargo clippy -p pellucid --lib --ignore-rust-version --quiet -- -A clippy::all -D clippy::disallowed_methods
one "Build" build_release --quiet
export PELLUCID=$target/release/pellucid

say "Instruction counts of the release build"
python3 tests/instructions.py "$PELLUCID" 2>&1 | tee "$log"
summary=$(grep '^instructions: ' "$log" || echo '1 failed')
count "$(number passed "$summary")" "$(number failed "$summary")" "$(number skipped "$summary")"

say "The kernel, through a fake front end and Jupyter's own suite"
"$venv/bin/python" -m pytest -q -rs -p no:cacheprovider tests/kernel 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
summary=$(tail -n 1 "$log")
errors=$(($(number failed "$summary") + $(number errors? "$summary")))
count "$(number passed "$summary")" "$errors" "$(number skipped "$summary")"
if [ "$status" != 0 ] && [ "$errors" = 0 ]; then count 0 1 0; fi

# A kernelspec of the tests' own: what is installed for the user stays as it is.
"$PELLUCID" install --prefix "$venv" >/dev/null

# claims HOW WHAT: the notes' claims, as programs or through the kernel.
claims() {
    say "The notes' claims, $1 $2"
    "$venv/bin/python" tests/claims.py "$1" "$2" --not-yet tests/claims/not-yet.txt 2>&1 | tee "$log"
    if [[ $(grep '^claims: ' "$log") =~ ([0-9]+)\ /\ ([0-9]+) ]]; then
        count "${BASH_REMATCH[1]}" "$((BASH_REMATCH[2] - BASH_REMATCH[1]))" 0
    else
        count 0 1 0
    fi
}
claims --cmd "$PELLUCID run"
claims --kernel pellucid

# CPython 3.13's own tests, by the recorded lists of those that pass.
say "CPython's own tests"
"$venv/bin/python" tests/conformance.py 2>&1 | tee "$log"
if [[ $(grep '^conformance: ' "$log") =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped ]]; then
    count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}"
else
    count 0 1 0
fi

# Each notebook: executed, equal byte for byte to what is stored, and complete.
say "The notebooks"
"$venv/bin/python" tools/notebooks.py verify --root . 2>&1 | tee "$log"
if [[ $(grep '^notebooks: ' "$log") =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
    count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" 0
else
    count 0 1 0
fi
one "Handouts" "$venv/bin/python" tools/notebooks.py handouts --root . --no-pdf --output "$target/handouts"

printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
