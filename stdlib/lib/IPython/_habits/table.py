"""The table of habits: the commands of a cell that look at nothing inside the machine. Lenses are the machine's own."""

TABLE = {}


class Habit:
    """A command: what carries it out, its sentence of help, where it may stand, and what its argument is."""

    def __init__(self, run, help, line, cell, argument):
        self.run, self.help, self.line, self.cell, self.argument = run, help, line, cell, argument


def habit(*names, line=True, cell=False, argument="code"):
    """Enters a function `(shell, text)`, or with cell `(shell, text, body=None)`. Its docstring is the help.

    `argument` is what completion offers: "code", "file", "type", "name", or a tuple of words.
    """

    def enter(run):
        for name in names:
            TABLE[name] = Habit(run, " ".join(run.__doc__.split()), line, cell, argument)
        return run

    return enter


def refused(names, sentence, line=True, cell=False):
    """Enters commands of IPython that this machine cannot have, each with the reason."""
    from IPython.core.error import UsageError

    def refuse(shell, text, body=None):
        raise UsageError(sentence)

    for name in names.split():
        TABLE[name] = Habit(refuse, "Not on this machine: " + sentence, line, cell, ())
