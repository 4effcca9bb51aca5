#!/usr/bin/env bash
# Builds Pellucid, makes it known to Jupyter, and shows that it works by executing the first notebook.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: ./install.sh [--venv] [--help]
       ./install.sh handouts [NOTEBOOK...]

Builds Pellucid (cargo, release), makes the kernel known to Jupyter, executes notebooks/01-objects.ipynb through it and
writes handouts/01-objects.html. Can be run from any folder, and again at any time.

If `jupyter` is on PATH the kernel is installed for your user. Otherwise, or with --venv, a virtual environment .venv
with JupyterLab is made in the project's folder, and the kernel is installed in there.

`handouts` builds nothing: it makes pages, slides and, where Chromium, Chrome or XeLaTeX is installed, PDFs of the stored
notebooks (all, or those named) in handouts/, with handouts/index.html to begin at.

Needs Rust (https://rustup.rs), a C compiler for linking, Python 3.9 or later, and access to crates.io and PyPI.
The first build takes some minutes.
TEXT
}

own_venv=false
only_handouts=false
here=$PWD
if [ "${1:-}" = handouts ]; then
    only_handouts=true
    shift
    case "${1:-}" in
        -h | --help) usage; exit 0 ;;
        -*) usage >&2; exit 2 ;;
    esac
fi
$only_handouts || for arg in "$@"; do
    case "$arg" in
        --venv) own_venv=true ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
root=$PWD
notebook=notebooks/01-objects.ipynb
handout=handouts/01-objects.html
# shellcheck source=tools/setup.sh
. tools/setup.sh

if $only_handouts; then
    python=$root/.venv/bin/python
    "$python" -c 'import nbconvert' 2>/dev/null || python=$(command -v python3 || true)
    if [ -z "$python" ] || ! "$python" -c 'import nbconvert' 2>/dev/null; then
        make_venv "$root/.venv" jupyterlab nbconvert nbclient
        python=$root/.venv/bin/python
    fi
    cd "$here"
    exec "$python" "$root/tools/notebooks.py" handouts --root "$root" "$@"
fi

need_rust
say "Building Pellucid"
build_release || die "the build failed"
pellucid=$(target_dir)/release/pellucid
say "Built: $("$pellucid" --version) in $pellucid"

if ! $own_venv && jupyter=$(command -v jupyter) && "$jupyter" --version >/dev/null 2>&1; then
    say "Jupyter is $jupyter: installing the kernel for your user"
    "$pellucid" install --user
else
    $own_venv || say "There is no jupyter on PATH"
    make_venv "$root/.venv" jupyterlab nbconvert nbclient
    jupyter=$root/.venv/bin/jupyter
    "$pellucid" install --prefix "$root/.venv"
fi

say "Executing $notebook"
[ -f "$notebook" ] || die "$notebook is missing"
nbconvert=$jupyter
if ! "$nbconvert" nbconvert --version >/dev/null 2>&1; then
    say "That Jupyter has no nbconvert; taking one from .venv"
    make_venv "$root/.venv" jupyterlab nbconvert nbclient
    "$pellucid" install --prefix "$root/.venv"
    nbconvert=$root/.venv/bin/jupyter
fi
mkdir -p handouts
PELLUCID_HISTORY=none "$nbconvert" nbconvert --log-level WARN --to html --template pellucid \
    --TemplateExporter.extra_template_basedirs="$root/notebooks/template" --execute --ExecutePreprocessor.kernel_name=pellucid \
    --output-dir handouts --output 01-objects "$notebook" || die "the notebook did not run"
say "Wrote $root/$handout"

cat <<TEXT

Pellucid is installed. Next:
  $jupyter lab $root/notebooks
  $pellucid run FILE.py
  $pellucid --help
TEXT
