#!/usr/bin/env bash
# Executes and checks notebooks on Pellucid: what the two CI files next to this one run, and what runs the same at home.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: check.sh [--source FOLDER] [--execute-only] NOTEBOOK_OR_FOLDER...

Builds the kernel from Pellucid's source in FOLDER (default: the folder that this script is part of), makes a virtual
environment with it, and then
  - runs each notebook from top to bottom (nbmake): no cell may fail that is not tagged raises-exception;
  - runs it again and compares every output with what is stored (nbval): none may differ by a character.
--execute-only leaves the comparison out, for notebooks without stored outputs, such as homework.

PELLUCID=EXECUTABLE in the environment takes a kernel that is built already, and needs no Rust.
VENV=FOLDER is where the virtual environment goes (default: .ci-venv in the current folder); it is kept for the next time.
TEXT
}

source=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
compare=true
while [ $# -gt 0 ]; do
    case "$1" in
        --source) source=$(cd "$2" && pwd); shift 2 ;;
        --execute-only) compare=false; shift ;;
        -h | --help) usage; exit 0 ;;
        -*) usage >&2; exit 2 ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || { usage >&2; exit 2; }

if [ -z "${PELLUCID:-}" ]; then
    (cd "$source" && cargo build --release --locked --ignore-rust-version -p pellucid-kernel --features figures)
    PELLUCID=${CARGO_TARGET_DIR:-$source/target}/release/pellucid
fi
"$PELLUCID" --version

venv=${VENV:-$PWD/.ci-venv}
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check nbmake nbval
fi
"$PELLUCID" install --prefix "$venv"

# A folder means the notebooks in it and below.
export PATH="$venv/bin:$PATH"
python -m pytest -q -p no:cacheprovider --nbmake "$@"
if $compare; then
    python -m pytest -q -p no:cacheprovider --nbval "$@"
fi
