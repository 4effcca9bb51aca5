"""json speedups"""
# What CPython has in C for `json` (Modules/_json.c): its frames are never shown, and its texts differ from the library's own.
import re

_CHUNK = re.compile(r'[^"\\\x00-\x1f]*').match
_LOOSE_CHUNK = re.compile(r'[^"\\]*').match
_SPACE = re.compile(r"[ \t\n\r]*").match
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?").match
_HEX = re.compile(r"[0-9a-fA-F]{4}").match
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_MUST = re.compile(r'[\x00-\x1f\\"]').sub
_MUST_ASCII = re.compile(r'[\\"]|[^\ -~]').sub
_SHORT = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _problem(text, doc, at):
    from json.decoder import JSONDecodeError

    return JSONDecodeError(text, doc, at)


def _escaped(match):
    c = match[0]
    if c in _SHORT:
        return _SHORT[c]
    n = ord(c)
    if n < 0x10000:
        return f"\\u{n:04x}"
    n -= 0x10000
    return f"\\u{0xD800 | n >> 10:04x}\\u{0xDC00 | n & 0x3FF:04x}"


def _encoded(sub, text):
    if not isinstance(text, str):
        raise TypeError(f"first argument must be a string, not {type(text).__name__}")
    return '"' + sub(_escaped, text) + '"'


def encode_basestring(string, /):
    """Return a JSON representation of a Python string"""
    return _encoded(_MUST, string)


def encode_basestring_ascii(string, /):
    """Return an ASCII-only JSON representation of a Python string"""
    return _encoded(_MUST_ASCII, string)


def _code_unit(doc, at):
    """The number behind a `u` at an index."""
    found = _HEX(doc, at + 1)
    if found is None:
        raise _problem("Invalid \\uXXXX escape", doc, at)
    return int(found[0], 16)


def scanstring(string, end, strict=True, /):
    """scanstring(string, end, strict=True) -> (string, end)

    Scan the string s for a JSON string. End is the index of the
    character in s after the quote that started the JSON string."""
    if not isinstance(string, str):
        raise TypeError(f"first argument must be a string, not {type(string).__name__}")
    begin, parts, match = end - 1, [], _CHUNK if strict else _LOOSE_CHUNK
    while True:
        chunk = match(string, end)
        end = chunk.end()
        parts.append(chunk[0])
        c = string[end : end + 1]
        if c == '"':
            return "".join(parts), end + 1
        if not c or c == "\\" and end + 1 >= len(string):
            raise _problem("Unterminated string starting at", string, begin)
        if c != "\\":
            raise _problem("Invalid control character at", string, end)
        c = string[end + 1]
        if c != "u":
            if c not in _ESCAPES:
                raise _problem("Invalid \\escape", string, end)
            parts.append(_ESCAPES[c])
            end += 2
            continue
        n = _code_unit(string, end + 1)
        end += 6
        if 0xD800 <= n <= 0xDBFF and string[end : end + 2] == "\\u":
            low = _code_unit(string, end + 1)
            if 0xDC00 <= low <= 0xDFFF:
                n = 0x10000 + ((n & 0x3FF) << 10 | low & 0x3FF)
                end += 6
        parts.append(chr(n))


def _behind_item(doc, at, end, what):
    """Where the next item of an array or object begins, or what follows its end; and which of the two."""
    at = _SPACE(doc, at).end()
    c = doc[at : at + 1]
    if c == end:
        return at + 1, False
    if c != ",":
        raise _problem("Expecting ',' delimiter", doc, at)
    comma = at
    at = _SPACE(doc, at + 1).end()
    if doc[at : at + 1] == end:
        raise _problem(f"Illegal trailing comma before end of {what}", doc, comma)
    return at, True


class make_scanner:
    """JSON scanner object"""

    __slots__ = ("strict", "object_hook", "object_pairs_hook", "parse_float", "parse_int", "parse_constant", "_keys")

    def __init__(self, context):
        self.strict = bool(context.strict)
        self.object_hook, self.object_pairs_hook = context.object_hook, context.object_pairs_hook
        self.parse_float, self.parse_int = context.parse_float, context.parse_int
        self.parse_constant = context.parse_constant
        self._keys = {}

    def __call__(self, string, idx):
        if not isinstance(string, str):
            raise TypeError(f"first argument must be a string, not {type(string).__name__}")
        if idx < 0:
            raise ValueError("idx cannot be negative")
        try:
            return self._value(string, idx)
        finally:
            self._keys.clear()

    def _value(self, doc, at):
        c = doc[at : at + 1]
        if c == '"':
            return scanstring(doc, at + 1, self.strict)
        if c == "{":
            return self._object(doc, at + 1)
        if c == "[":
            return self._array(doc, at + 1)
        if c == "n" and doc.startswith("null", at):
            return None, at + 4
        if c == "t" and doc.startswith("true", at):
            return True, at + 4
        if c == "f" and doc.startswith("false", at):
            return False, at + 5
        number = _NUMBER(doc, at)
        if number is not None:
            whole, fraction, exponent = number.groups()
            if fraction or exponent:
                return self.parse_float(number[0]), number.end()
            return self.parse_int(whole), number.end()
        for name in ("NaN", "Infinity", "-Infinity"):
            if doc.startswith(name, at):
                return self.parse_constant(name), at + len(name)
        raise StopIteration(at)

    def _array(self, doc, at):
        items = []
        at = _SPACE(doc, at).end()
        if doc[at : at + 1] == "]":
            return items, at + 1
        while True:
            item, at = self._value(doc, at)
            items.append(item)
            at, more = _behind_item(doc, at, "]", "array")
            if not more:
                return items, at

    def _object(self, doc, at):
        pairs = []
        at = _SPACE(doc, at).end()
        if doc[at : at + 1] == "}":
            return self._made(pairs), at + 1
        while True:
            if doc[at : at + 1] != '"':
                raise _problem("Expecting property name enclosed in double quotes", doc, at)
            key, at = scanstring(doc, at + 1, self.strict)
            key = self._keys.setdefault(key, key)
            at = _SPACE(doc, at).end()
            if doc[at : at + 1] != ":":
                raise _problem("Expecting ':' delimiter", doc, at)
            value, at = self._value(doc, _SPACE(doc, at + 1).end())
            pairs.append((key, value))
            at, more = _behind_item(doc, at, "}", "object")
            if not more:
                return self._made(pairs), at

    def _made(self, pairs):
        if self.object_pairs_hook is not None:
            return self.object_pairs_hook(pairs)
        made = dict(pairs)
        return made if self.object_hook is None else self.object_hook(made)


class make_encoder:
    """Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)"""

    def __init__(self, markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan):
        if markers is not None and not isinstance(markers, dict):
            raise TypeError(f"make_encoder() argument 1 must be dict or None, not {type(markers).__name__}")
        self.markers, self.default, self.encoder, self.indent = markers, default, encoder, indent
        self.key_separator, self.item_separator = key_separator, item_separator
        self.sort_keys, self.skipkeys, self.allow_nan = bool(sort_keys), bool(skipkeys), bool(allow_nan)

    def __call__(self, obj, _current_indent_level):
        parts = []
        self._write(parts, obj, _current_indent_level)
        return tuple(parts)

    def _text(self, x):
        encoded = self.encoder(x)
        if not isinstance(encoded, str):
            raise TypeError(f"encoder() must return a string, not {type(encoded).__name__}")
        return encoded

    def _float(self, x):
        if x - x == 0.0:
            return float.__repr__(x)
        if not self.allow_nan:
            raise ValueError(f"Out of range float values are not JSON compliant: {x!r}")
        return "NaN" if x != x else "Infinity" if x > 0 else "-Infinity"

    def _plain(self, x):
        """The text of what has no parts, None for other objects."""
        if isinstance(x, str):
            return self._text(x)
        if x is None:
            return "null"
        if x is True:
            return "true"
        if x is False:
            return "false"
        if isinstance(x, int):
            return int.__repr__(x)
        if isinstance(x, float):
            return self._float(x)
        return None

    def _enter(self, x):
        if self.markers is not None:
            if id(x) in self.markers:
                raise ValueError("Circular reference detected")
            self.markers[id(x)] = x

    def _leave(self, x):
        if self.markers is not None:
            del self.markers[id(x)]

    def _write(self, parts, x, level):
        text = self._plain(x)
        if text is not None:
            parts.append(text)
        elif isinstance(x, (list, tuple)):
            self._write_list(parts, x, level)
        elif isinstance(x, dict):
            self._write_dict(parts, x, level)
        else:
            self._enter(x)
            other = self.default(x)
            try:
                self._write(parts, other, level)
            except BaseException as e:
                e.add_note(f"when serializing {type(x).__name__} object")
                raise
            self._leave(x)

    def _breaks(self, level):
        """What stands before the first part, between two and behind the last."""
        if self.indent is None:
            return "", self.item_separator, ""
        inner = "\n" + self.indent * (level + 1)
        return inner, self.item_separator + inner, "\n" + self.indent * level

    def _write_list(self, parts, x, level):
        if not x:
            parts.append("[]")
            return
        self._enter(x)
        first, between, last = self._breaks(level)
        parts.append("[" + first)
        for i, item in enumerate(x):
            if i:
                parts.append(between)
            try:
                self._write(parts, item, level + 1)
            except BaseException as e:
                e.add_note(f"when serializing {type(x).__name__} item {i}")
                raise
        parts.append(last + "]")
        self._leave(x)

    def _key(self, key):
        if isinstance(key, str):
            return key
        if isinstance(key, float):
            return self._float(key)
        if key is None or key is True or key is False or isinstance(key, int):
            return self._plain(key)
        if self.skipkeys:
            return None
        raise TypeError(f"keys must be str, int, float, bool or None, not {type(key).__name__}")

    def _write_dict(self, parts, x, level):
        if not x:
            parts.append("{}")
            return
        self._enter(x)
        first, between, last = self._breaks(level)
        parts.append("{")
        empty, items = True, list(x.items())
        if self.sort_keys:
            items.sort()
        for key, value in items:
            name = self._key(key)
            if name is None:
                continue
            parts.append(first if empty else between)
            empty = False
            parts.append(self._text(name) + self.key_separator)
            try:
                self._write(parts, value, level + 1)
            except BaseException as e:
                e.add_note(f"when serializing {type(x).__name__} item {key!r}")
                raise
        parts.append("}" if empty else last + "}")
        self._leave(x)
