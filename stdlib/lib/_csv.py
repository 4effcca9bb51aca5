"""CSV parsing and writing."""
# The state machine of RFC 4180 with the dialect options of PEP 305. `csv` is built on this module.

QUOTE_MINIMAL = 0
QUOTE_ALL = 1
QUOTE_NONNUMERIC = 2
QUOTE_NONE = 3
QUOTE_STRINGS = 4
QUOTE_NOTNULL = 5

_dialects = {}
_limit = 131072
_MISSING = object()


class Error(Exception):
    pass


Error.__module__ = "_csv"


def _character(name, value, default, optional=False):
    if value is _MISSING:
        return default
    if value is None and optional:
        return None
    if not isinstance(value, str):
        none = " or None" if optional else ""
        raise TypeError(f'"{name}" must be a unicode character{none}, not {type(value).__name__}')
    if len(value) != 1:
        none = " or None" if optional else ""
        raise TypeError(f'"{name}" must be a unicode character{none}, not a string of length {len(value)}')
    return value


class Dialect:
    """CSV dialect

    The Dialect type records CSV dialect options."""

    __slots__ = ("_delimiter", "_doublequote", "_escapechar", "_lineterminator", "_quotechar", "_quoting",
                 "_skipinitialspace", "_strict")

    def __new__(cls, dialect=None, delimiter=_MISSING, doublequote=_MISSING, escapechar=_MISSING,
                lineterminator=_MISSING, quotechar=_MISSING, quoting=_MISSING, skipinitialspace=_MISSING,
                strict=_MISSING):
        options = [delimiter, doublequote, escapechar, lineterminator, quotechar, quoting, skipinitialspace, strict]
        if isinstance(dialect, str):
            dialect = get_dialect(dialect)
        if dialect is not None:
            if isinstance(dialect, Dialect) and all(o is _MISSING for o in options):
                return dialect
            names = ("delimiter", "doublequote", "escapechar", "lineterminator", "quotechar", "quoting",
                     "skipinitialspace", "strict")
            options = [getattr(dialect, n, _MISSING) if o is _MISSING else o for n, o in zip(names, options)]
        delimiter, doublequote, escapechar, lineterminator, quotechar, quoting, skipinitialspace, strict = options
        self = object.__new__(cls)
        self._delimiter = _character("delimiter", delimiter, ",")
        self._doublequote = True if doublequote is _MISSING else bool(doublequote)
        self._escapechar = _character("escapechar", escapechar, None, True)
        if lineterminator is _MISSING:
            lineterminator = "\r\n"
        elif not isinstance(lineterminator, str):
            raise TypeError(f'"lineterminator" must be a string, not {type(lineterminator).__name__}')
        self._lineterminator = lineterminator
        self._quotechar = _character("quotechar", quotechar, '"', True)
        if quoting is _MISSING:
            quoting = QUOTE_NONE if quotechar is None else QUOTE_MINIMAL
        elif type(quoting) is not int:
            raise TypeError(f'"quoting" must be an integer, not {type(quoting).__name__}')
        if not 0 <= quoting <= 5:
            raise TypeError('bad "quoting" value')
        self._quoting = quoting
        self._skipinitialspace = False if skipinitialspace is _MISSING else bool(skipinitialspace)
        self._strict = False if strict is _MISSING else bool(strict)
        if quoting != QUOTE_NONE and self._quotechar is None:
            raise TypeError("quotechar must be set if quoting enabled")
        self._check()
        return self

    def _check(self):
        for name in ("delimiter", "escapechar", "quotechar"):
            value = getattr(self, "_" + name)
            if value is not None and (value in "\r\n" or value == " " and self._skipinitialspace and name != "delimiter"):
                raise ValueError(f"bad {name} value")
        pairs = (("delimiter", "escapechar"), ("delimiter", "quotechar"), ("escapechar", "quotechar"))
        for one, other in pairs:
            value = getattr(self, "_" + one)
            if value is not None and value == getattr(self, "_" + other):
                raise ValueError(f"bad {one} or {other} value")

    def __reduce__(self):
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")

    delimiter = property(lambda self: self._delimiter)
    doublequote = property(lambda self: self._doublequote)
    escapechar = property(lambda self: self._escapechar)
    lineterminator = property(lambda self: self._lineterminator)
    quotechar = property(lambda self: self._quotechar)
    quoting = property(lambda self: self._quoting)
    skipinitialspace = property(lambda self: self._skipinitialspace)
    strict = property(lambda self: self._strict)


def _make_dialect(dialect, options):
    try:
        return Dialect(dialect, **options)
    except TypeError as e:
        text = str(e)
        if "unexpected keyword argument" in text:
            name = text.rpartition("argument ")[2].split(".")[0]
            raise TypeError(f"this function got an unexpected keyword argument {name}") from None
        raise


# States of the reader.
_START_RECORD, _START_FIELD, _ESCAPED, _IN_FIELD, _IN_QUOTED, _ESCAPE_IN_QUOTED, _QUOTE_IN_QUOTED, _EAT_NL = range(8)


class Reader:
    """CSV reader

    Reader objects are responsible for reading and parsing tabular data
    in CSV format."""

    def __init__(self, source, dialect):
        self._lines = iter(source)
        self.dialect = dialect
        self.line_num = 0

    def __iter__(self):
        return self

    def __next__(self):
        self._fields = []
        self._field = []
        self._quoted = False
        self._state = _START_RECORD
        while True:
            try:
                line = next(self._lines)
            except StopIteration:
                if self._field or self._state == _IN_QUOTED:
                    if self.dialect._strict:
                        raise Error("unexpected end of data") from None
                    self._save()
                    return self._fields
                raise
            if not isinstance(line, str):
                raise Error(f"iterator should return strings, not {type(line).__name__} "
                            "(the file should be opened in text mode)")
            self.line_num += 1
            self._line(line)
            if self._state == _START_RECORD:
                return self._fields

    def _save(self):
        text = "".join(self._field)
        quoted, quoting = self._quoted, self.dialect._quoting
        self._field = []
        self._quoted = False
        if not quoted:
            if not text and quoting in (QUOTE_STRINGS, QUOTE_NOTNULL):
                self._fields.append(None)
                return
            if quoting == QUOTE_NONNUMERIC or quoting == QUOTE_STRINGS:
                self._fields.append(float(text))
                return
        self._fields.append(text)

    def _add(self, text):
        self._field.append(text)
        if len(self._field) > _limit or len(text) > _limit:
            raise Error(f"field larger than field limit ({_limit})")

    def _line(self, line):
        d = self.dialect
        plain = (self._state == _START_RECORD and line and d._quoting == QUOTE_MINIMAL and d._escapechar is None
                 and not d._skipinitialspace and d._quotechar not in line)
        if plain:
            # Nothing is quoted or escaped: the line only has to be split.
            body = line[:-1] if line[-1] == "\n" else line
            if body[-1:] == "\r":
                body = body[:-1]
            if "\n" not in body and "\r" not in body and len(body) <= _limit:
                self._fields = body.split(d._delimiter) if body else []
                return
        for c in line:
            self._step(c)
        self._step(None)

    def _end_of_line(self, c):
        self._state = _START_RECORD if c is None else _EAT_NL

    def _step(self, c):
        d, state = self.dialect, self._state
        newline = c is None or c == "\n" or c == "\r"
        if state == _IN_FIELD:
            if newline:
                self._save()
                self._end_of_line(c)
            elif c == d._escapechar:
                self._state = _ESCAPED
            elif c == d._delimiter:
                self._save()
                self._state = _START_FIELD
            else:
                self._add(c)
        elif state == _IN_QUOTED:
            if c is None:
                pass
            elif c == d._escapechar:
                self._state = _ESCAPE_IN_QUOTED
            elif c == d._quotechar and d._quoting != QUOTE_NONE:
                self._state = _QUOTE_IN_QUOTED if d._doublequote else _IN_FIELD
            else:
                self._add(c)
        elif state == _START_RECORD or state == _START_FIELD:
            if state == _START_RECORD:
                if c is None:
                    return
                if newline:
                    self._state = _EAT_NL
                    return
            if newline:
                self._save()
                self._end_of_line(c)
            elif c == d._quotechar and d._quoting != QUOTE_NONE:
                self._quoted = True
                self._state = _IN_QUOTED
            elif c == d._escapechar:
                self._state = _ESCAPED
            elif c == " " and d._skipinitialspace:
                self._state = _START_FIELD
            elif c == d._delimiter:
                self._save()
                self._state = _START_FIELD
            else:
                self._add(c)
                self._state = _IN_FIELD
        elif state == _QUOTE_IN_QUOTED:
            if d._quoting != QUOTE_NONE and c == d._quotechar:
                self._add(c)
                self._state = _IN_QUOTED
            elif c == d._delimiter:
                self._save()
                self._state = _START_FIELD
            elif newline:
                self._save()
                self._end_of_line(c)
            elif not d._strict:
                self._add(c)
                self._state = _IN_FIELD
            else:
                raise Error(f"'{d._delimiter}' expected after '{d._quotechar}'")
        elif state == _ESCAPED:
            if c == "\n" or c == "\r":
                self._add(c)
                self._state = _IN_FIELD
            else:
                self._add("\n" if c is None else c)
                self._state = _IN_FIELD
        elif state == _ESCAPE_IN_QUOTED:
            self._add("\n" if c is None else c)
            self._state = _IN_QUOTED
        else:
            if c is None:
                self._state = _START_RECORD
            elif not newline:
                raise Error("new-line character seen in unquoted field - "
                            "do you need to open the file with newline=''?")


class Writer:
    """CSV writer

    Writer objects are responsible for generating tabular data
    in CSV format from sequence input."""

    def __init__(self, target, dialect):
        write = getattr(target, "write", None)
        if not callable(write):
            raise TypeError('argument 1 must have a "write" method')
        self._write = write
        self.dialect = dialect

    def _text(self, field, alone):
        d = self.dialect
        quoting = d._quoting
        if quoting == QUOTE_NONNUMERIC:
            quoted = not isinstance(field, (int, float))
        elif quoting == QUOTE_STRINGS:
            quoted = isinstance(field, str)
        elif quoting == QUOTE_NOTNULL:
            quoted = field is not None
        else:
            quoted = quoting == QUOTE_ALL
        text = field if isinstance(field, str) else "" if field is None else str(field)
        special = {d._delimiter, d._escapechar, d._quotechar, "\r", "\n", *d._lineterminator}
        parts = []
        for c in text:
            if c not in special:
                parts.append(c)
                continue
            escape = False
            if quoting == QUOTE_NONE:
                escape = True
            elif c == d._quotechar:
                if d._doublequote:
                    parts.append(c)
                else:
                    escape = True
            elif c == d._escapechar:
                escape = True
            if not escape:
                quoted = True
            else:
                if d._escapechar is None:
                    raise Error("need to escape, but no escapechar set")
                parts.append(d._escapechar)
            parts.append(c)
        if not text:
            if d._delimiter == " " and d._skipinitialspace:
                if quoting == QUOTE_NONE or field is None and quoting in (QUOTE_STRINGS, QUOTE_NOTNULL):
                    raise Error("empty field must be quoted if delimiter is a space and skipinitialspace is true")
                quoted = True
            if alone and not quoted:
                if quoting == QUOTE_NONE or field is None and quoting in (QUOTE_STRINGS, QUOTE_NOTNULL):
                    raise Error("single empty field record must be quoted")
                quoted = True
        body = "".join(parts)
        return f"{d._quotechar}{body}{d._quotechar}" if quoted else body

    def writerow(self, row, /):
        try:
            fields = iter(row)
        except TypeError:
            raise Error(f"iterable expected, not {type(row).__name__}") from None
        fields = list(fields)
        alone = len(fields) == 1
        texts = [self._text(f, alone) for f in fields]
        return self._write(self.dialect._delimiter.join(texts) + self.dialect._lineterminator)

    def writerows(self, rows, /):
        for row in rows:
            self.writerow(row)


Reader.__name__ = Reader.__qualname__ = "reader"
Writer.__name__ = Writer.__qualname__ = "writer"


def reader(iterable, /, dialect="excel", **options):
    """Return a reader object that iterates over lines in the given iterable."""
    if dialect == "excel" and "excel" not in _dialects:
        dialect = None
    return Reader(iterable, _make_dialect(dialect, options))


def writer(fileobj, /, dialect="excel", **options):
    """Return a writer object that writes user data to the given file object."""
    if dialect == "excel" and "excel" not in _dialects:
        dialect = None
    return Writer(fileobj, _make_dialect(dialect, options))


def register_dialect(name, /, dialect=None, **options):
    """Create a mapping from a string name to a CSV dialect."""
    if not isinstance(name, str):
        raise TypeError("dialect name must be a string")
    _dialects[name] = _make_dialect(dialect, options)


def unregister_dialect(name):
    """Delete the name/dialect mapping associated with a string name."""
    if _dialects.pop(name, None) is None:
        raise Error("unknown dialect")


def get_dialect(name):
    """Return the dialect instance associated with name."""
    try:
        return _dialects[name]
    except KeyError:
        raise Error("unknown dialect") from None


def list_dialects():
    """Return a list of all known dialect names."""
    return list(_dialects)


def field_size_limit(new_limit=_MISSING):
    """Set or get the limit of a field's size."""
    global _limit
    old = _limit
    if new_limit is not _MISSING:
        if type(new_limit) is not int:
            raise TypeError("limit must be an integer")
        _limit = new_limit
    return old
