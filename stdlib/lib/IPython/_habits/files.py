"""Habits about files: the machine's own and those of mounted folders. No other file of the host is there."""
import sys

from IPython._habits.table import habit
from IPython.core.error import UsageError


@habit("pwd", argument=())
def pwd(shell, text):
    """%pwd: the current folder."""
    import os

    return os.getcwd()


@habit("cd", argument="file")
def cd(shell, text):
    """%cd [FOLDER]: makes a folder the current one; without one, /home/student. `-` goes back."""
    import os

    folders = shell.user_ns.setdefault("_dh", [os.getcwd()])
    wanted = text.strip("'\"") or "/home/student"
    if wanted == "-":
        wanted = folders[-2] if len(folders) > 1 else folders[-1]
    try:
        os.chdir(wanted)
    except OSError as e:
        raise UsageError(f"%cd {wanted}: {e.strerror}") from None
    folders.append(os.getcwd())
    print(os.getcwd())


@habit("ls", argument="file")
def ls(shell, text):
    """%ls [FOLDER]: names in a folder; folders end in /."""
    import os

    folder = text.strip("'\"") or "."
    try:
        names = sorted(n for n in os.listdir(folder) if not n.startswith("."))
    except OSError as e:
        raise UsageError(f"%ls {folder}: {e.strerror}") from None
    print("  ".join(n + "/" * os.path.isdir(os.path.join(folder, n)) for n in names))


def _source(command, text):
    """A file's text."""
    try:
        with open(text, encoding="utf-8") as file:
            return file.read()
    except OSError as e:
        raise UsageError(f"%{command} {text}: {e.strerror}; the program sees its own files and mounted folders only") from None
    except UnicodeDecodeError:
        raise UsageError(f"%{command} {text}: the file is not UTF-8 text") from None


@habit("run", argument="file")
def run(shell, text):
    """%run [-i] FILE [ARGUMENT…]: runs a file as a program and keeps its names; -i: in the notebook's own namespace."""
    import shlex
    import types

    words = shlex.split(text)
    inside = words[:1] == ["-i"]
    words = words[inside:]
    if not words:
        raise UsageError("%run needs a file: %run program.py")
    path = words[0] if words[0].endswith(".py") else words[0] + ".py"
    source = _source("run", path)
    module = types.ModuleType("__main__")
    names = shell.user_ns if inside else module.__dict__
    old_argv, old_main, old_path = sys.argv, sys.modules["__main__"], sys.path[:]
    sys.argv, sys.path[:0] = [path, *words[1:]], [path.rpartition("/")[0]]
    if not inside:
        names.update(__file__=path, __builtins__=shell.user_ns.get("__builtins__"))
        sys.modules["__main__"] = module
    try:
        exec(compile(source, path, "exec"), names)
    except SystemExit as e:
        if e.code not in (None, 0):
            print(f"{path} ended with exit code {e.code}", file=sys.stderr)
    finally:
        sys.argv, sys.path[:] = old_argv, old_path
        sys.modules["__main__"] = old_main
        if not inside:
            # Its functions keep their globals alive, not their module.
            shell.kept_mains.append(module)
            shell.user_ns.update({k: v for k, v in names.items() if not k.startswith("__")})


@habit("load", argument="file")
def load(shell, text):
    """%load FILE: puts a file's text into the cell."""
    if not text:
        raise UsageError("%load needs a file: %load program.py")
    shell.set_next_input(f"# %load {text}\n" + _source("load", text), replace=True)


@habit("pycat", "cat", argument="file")
def pycat(shell, text):
    """%pycat FILE: shows a file's text."""
    if not text:
        raise UsageError("%pycat needs a file: %pycat program.py")
    print(_source("pycat", text), end="")


@habit("writefile", "file", line=False, cell=True, argument="file")
def writefile(shell, text, body=None):
    """%%writefile [-a] FILE: writes the cell's text to a file of the machine; -a behind what is there."""
    import os

    words = text.split()
    append = words[:1] in (["-a"], ["--append"])
    words = words[append:]
    if len(words) != 1:
        raise UsageError("%%writefile needs one file's name: %%writefile program.py")
    path = words[0].strip("'\"")
    there = os.path.exists(path)
    try:
        with open(path, "a" if append else "w", encoding="utf-8") as file:
            file.write(body)
    except OSError as e:
        raise UsageError(f"%%writefile {path}: {e.strerror}") from None
    print(("Appending to " if append else "Overwriting ") + path if there else "Writing " + path)
