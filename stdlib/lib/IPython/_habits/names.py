"""Habits about the notebook's names: `%who`, `%whos`, `%reset`, `%history`, and help."""
from IPython._habits.table import habit


def user_names(shell, text=""):
    """Names that the user's cells have bound, sorted; with types, only those of one of them."""
    ns, wanted = shell.user_ns, text.split()
    names = sorted(k for k in ns if isinstance(k, str) and k not in shell.hidden and not k.startswith("_"))
    return [k for k in names if not wanted or type(ns[k]).__name__ in wanted]


def _empty(text):
    print("No variables match your requested type." if text.split() else "Interactive namespace is empty.")


@habit("who", argument="type")
def who(shell, text):
    """%who [TYPE…]: the names that cells have bound."""
    names = user_names(shell, text)
    if not names:
        return _empty(text)
    out = ""
    for i, name in enumerate(names):
        out += name + "\t "
        if i % 9 == 8:
            out += "\n"
    print(out.rstrip("\n"))


@habit("who_ls", argument="type")
def who_ls(shell, text):
    """%who_ls [TYPE…]: the names that cells have bound, as a list."""
    return user_names(shell, text)


def _info(value):
    if isinstance(value, (list, dict, tuple, set, frozenset)):
        return f"n={len(value)}"
    try:
        info = str(value).replace("\n", "\\n")
    except Exception as e:
        info = f"<str() raised {type(e).__name__}>"
    return info if len(info) <= 50 else info[:18] + "<...>" + info[-18:]


@habit("whos", argument="type")
def whos(shell, text):
    """%whos [TYPE…]: the names that cells have bound, with type and value."""
    names = user_names(shell, text)
    if not names:
        return _empty(text)
    kinds = [type(shell.user_ns[k]).__name__ for k in names]
    wide, wider = max(8, *map(len, names)), max(4, *map(len, kinds))
    print("Variable".ljust(wide) + "   " + "Type".ljust(wider) + "   Data/Info")
    print("-" * (wide + wider + 6 + 10))
    for name, kind in zip(names, kinds):
        print(name.ljust(wide) + "   " + kind.ljust(wider) + "   " + _info(shell.user_ns[name]))


@habit("reset", argument=("-f", "-s"))
def reset(shell, text):
    """%reset [-f] [-s]: deletes all names that cells have bound; -f without asking, -s keeps In."""
    options = text.split()
    if "-f" not in options and input("Once deleted, variables cannot be recovered. Proceed (y/[n])?  ").strip().lower() not in ("y", "yes"):
        print("Nothing done.")
        return
    shell.reset(new_session="-s" not in options)


@habit("xdel", argument="name")
def xdel(shell, text):
    """%xdel NAME: deletes a name, and what `_`, `Out` and their like still hold of its object."""
    from IPython.core.error import UsageError

    name = text.strip()
    if name not in shell.user_ns:
        raise UsageError(f"%xdel needs a name that is bound; `{name}` is not")
    shell.forget(shell.user_ns.pop(name))


@habit("history", "hist", argument=("-n", "-o"))
def history(shell, text):
    """%history [-n] [-o] [FIRST-LAST]: this session's cells; -n with their numbers, -o with their values."""
    from IPython.core.error import UsageError

    words = text.split()
    numbered, values = "-n" in words, "-o" in words
    first, last = 1, len(shell.history) - 1
    for word in words:
        if word in ("-n", "-o"):
            continue
        ends = word.split("-")
        if len(ends) > 2 or not all(e.isdigit() for e in ends):
            raise UsageError(f"%history takes -n, -o and a range such as 2-5; it got `{word}`")
        first, last = int(ends[0]), min(int(ends[-1]), last)
    for i in range(first, last + 1):
        print((f"{i:4}: " if numbered else "") + shell.history[i])
        if values and i in shell.outputs:
            print(repr(shell.outputs[i]))


@habit("pinfo", argument="name")
def pinfo(shell, text):
    """%pinfo NAME: the page of `NAME?`."""
    shell.help(text + "?")


@habit("pinfo2", "psource", argument="name")
def pinfo2(shell, text):
    """%pinfo2 NAME: the page of `NAME??`, with the source."""
    shell.help(text + "??")


@habit("psearch", argument="name")
def psearch(shell, text):
    """%psearch PATTERN: names that match, such as a*i*; the same as PATTERN?."""
    shell.help((text if "*" in text else text + "*") + "?")


@habit("lsmagic", argument=())
def lsmagic(shell, text):
    """%lsmagic: every command: the lenses, each with what it shows, and IPython's habits."""
    from IPython._habits import lens_names
    from IPython._habits.table import TABLE

    print("Lenses: what the machine shows of itself")
    for sentence in lens_names().values():
        print("  " + sentence)
    print("\nIPython's habits")
    for sentence in dict.fromkeys(e.help for e in TABLE.values() if not e.help.startswith("Not on this machine")):
        print("  " + sentence)
    own = [f"%{n}" for n in shell.magics["line"]] + [f"%%{n}" for n in shell.magics["cell"]]
    if own:
        print("\nThis notebook's own: " + " ".join(sorted(own)))
    none = sorted(n for n, e in TABLE.items() if e.help.startswith("Not on this machine"))
    print("\nNot on this machine (each says why): " + " ".join("%" + n for n in none))
