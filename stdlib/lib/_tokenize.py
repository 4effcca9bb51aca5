"""Tokens of Python source, in the form that `tokenize` gives out."""
# A scanner by regular expressions over lines. Strings with fields (f and t prefixes) are cut into
# START, MIDDLE, fields and END, as PEP 701 has it.
import re
from token import (COMMENT, DEDENT, ENDMARKER, EXACT_TOKEN_TYPES, FSTRING_END, FSTRING_MIDDLE,
                   FSTRING_START, INDENT, NAME, NEWLINE, NL, NUMBER, OP, STRING)
try:
    from token import TSTRING_END, TSTRING_MIDDLE, TSTRING_START
except ImportError:
    TSTRING_START, TSTRING_MIDDLE, TSTRING_END = FSTRING_START, FSTRING_MIDDLE, FSTRING_END

_NUMBER = re.compile(
    r"0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+"
    r"|(?:(?:[0-9](?:_?[0-9])*)?\.[0-9](?:_?[0-9])*|[0-9](?:_?[0-9])*\.?)(?:[eE][-+]?[0-9](?:_?[0-9])*)?[jJ]?")
_NAME = re.compile(r"[^\W\d]\w*")
_STRING_START = re.compile(r"([rRbBuUfFtT]{0,2})('''|\"\"\"|'|\")")
_OPERATORS = sorted(EXACT_TOKEN_TYPES, key=len, reverse=True)
_OPERATOR = re.compile("|".join(map(re.escape, _OPERATORS)))
_SPACE = re.compile(r"[ \t\f]*")
_OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = {")", "]", "}"}


class TokenizerIter:
    """Iterator over (type, string, start, end, line) tuples."""

    def __init__(self, readline, *, encoding=None, extra_tokens=False):
        self._readline = readline
        self._encoding = encoding
        self._extra = extra_tokens
        self._tokens = self._run()

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._tokens)

    # Reading lines.
    def _next_line(self):
        try:
            line = self._readline()
        except StopIteration:
            line = ""
        if isinstance(line, (bytes, bytearray)):
            line = bytes(line).decode(self._encoding or "utf-8")
        self._row += 1
        self._column = 0
        self._line = line
        return line

    def _error(self, message, row=None, column=None, kind=SyntaxError):
        row = self._row if row is None else row
        column = self._column if column is None else column
        return kind(message, ("<string>", row, column + 1, self._line, row, column + 1))

    def _token(self, kind, text, start, end, line=None):
        if not self._extra and kind == OP:
            kind = EXACT_TOKEN_TYPES.get(text, OP)
        return kind, text, start, end, self._line if line is None else line

    def _run(self):
        self._row = 0
        self._indents = [0]
        self._brackets = []
        self._continued = False
        while True:
            line = self._next_line()
            if not line:
                break
            if not self._brackets and not self._continued:
                blank = yield from self._indentation(line)
                if blank:
                    continue
            self._continued = False
            yield from self._rest_of_line()
        yield from self._finish()

    def _indentation(self, line):
        width = 0
        at = 0
        for at, c in enumerate(line):
            if c == " ":
                width += 1
            elif c == "\t":
                width = (width // 8 + 1) * 8
            elif c == "\f":
                width = 0
            else:
                break
        else:
            at = len(line)
        self._column = at
        rest = line[at:]
        if not rest or rest[0] in "#\r\n":
            if self._extra:
                body = line.rstrip("\r\n")
                if rest[:1] == "#":
                    yield self._token(COMMENT, body[at:], (self._row, at), (self._row, len(body)))
                newline = line[len(body):]
                end = len(body)
                yield self._token(NL, newline, (self._row, end), (self._row, end + max(len(newline), 1)))
            return True
        if width > self._indents[-1]:
            self._indents.append(width)
            yield self._token(INDENT, line[:at], (self._row, 0), (self._row, at))
        while width < self._indents[-1]:
            self._indents.pop()
            if width > self._indents[-1]:
                raise self._error("unindent does not match any outer indentation level", kind=IndentationError)
            yield self._token(DEDENT, "", (self._row, at), (self._row, at))
        return False

    def _finish(self):
        row = self._row
        if self._brackets:
            # CPython gives offset 0, which is no column.
            raise self._error("unexpected EOF in multi-line statement", row - 1, -1)
        for _ in self._indents[1:]:
            yield self._token(DEDENT, "", (row, 0), (row, 0), "")
        yield self._token(ENDMARKER, "", (row, 0), (row, 0), "")

    def _rest_of_line(self):
        while True:
            line, row = self._line, self._row
            at = _SPACE.match(line, self._column).end()
            self._column = at
            rest = line[at:at + 2]
            if not rest or rest[0] in "\r\n":
                yield from self._line_end(line, at, row)
                return
            if rest[0] == "#":
                end = len(line.rstrip("\r\n"))
                if self._extra:
                    yield self._token(COMMENT, line[at:end], (row, at), (row, end))
                self._column = end
                continue
            if rest[0] == "\\":
                if line[at + 1:].strip("\r\n"):
                    raise self._error("unexpected character after line continuation character", column=at + 1)
                self._continued = True
                return
            yield from self._one(line, at, row)

    def _line_end(self, line, at, row):
        newline = line[at:]
        if self._brackets:
            if self._extra:
                yield self._token(NL, newline, (row, at), (row, at + max(len(newline), 1)))
        else:
            yield self._token(NEWLINE, newline, (row, at), (row, at + max(len(newline), 1)))

    def _one(self, line, at, row):
        """One token (or one string with all its parts) at the column."""
        m = _STRING_START.match(line, at)
        if m:
            prefix = m.group(1).lower()
            if prefix in ("", "r", "b", "u", "br", "rb", "f", "fr", "rf", "t", "tr", "rt"):
                if "f" in prefix or "t" in prefix:
                    yield from self._field_string(m, prefix)
                else:
                    yield from self._plain_string(m, "r" in prefix)
                return
        c = line[at]
        if c.isdigit() or c == "." and line[at + 1:at + 2].isdigit():
            m = _NUMBER.match(line, at)
            end = m.end()
            follow = _NAME.match(line, end)
            if follow and follow.group() not in ("and", "else", "for", "if", "in", "is", "not", "or"):
                raise self._error("invalid decimal literal", column=end - 1)
            kind = NUMBER
        else:
            m = _NAME.match(line, at)
            kind = NAME
            if not m:
                m = _OPERATOR.match(line, at)
                kind = OP
            if not m:
                if self._extra and c in "$?!`":
                    self._column = at + 1
                    yield self._token(OP, c, (row, at), (row, at + 1))
                    return
                raise self._error(f"invalid character '{c}' (U+{ord(c):04X})", column=at)
        text = m.group()
        if kind == OP:
            self._bracket(text, at)
        self._column = m.end()
        yield self._token(kind, text, (row, at), (row, m.end()))

    def _bracket(self, text, at):
        if text in _OPENING:
            self._brackets.append((text, (self._row, at)))
        elif text in _CLOSING:
            # For `tokenize`, which asks for comments too, a text may be a piece of one (`inspect.getsource` of a lambda).
            if not self._brackets:
                if self._extra:
                    return
                raise self._error(f"unmatched '{text}'", column=at)
            opening, _ = self._brackets.pop()
            if _OPENING[opening] != text and not self._extra:
                raise self._error(f"closing parenthesis '{text}' does not match opening parenthesis '{opening}'", column=at)

    # Strings.
    def _plain_string(self, m, raw):
        quote = m.group(2)
        start = (self._row, m.start())
        first_line = self._line
        lines = [first_line]
        text = []
        at = begin = m.end()
        text.append(first_line[m.start():begin])
        while True:
            line = self._line
            end = self._quote_end(line, at, quote)
            if end >= 0:
                text.append(line[at:end])
                self._column = end
                yield STRING, "".join(text), start, (self._row, end), "".join(lines)
                return
            if len(quote) == 1 and not line.rstrip("\r\n").endswith("\\"):
                raise self._error(f"unterminated string literal (detected at line {self._row})", start[0], start[1])
            text.append(line[at:])
            if not self._next_line():
                if len(quote) == 3:
                    raise self._error(f"unterminated triple-quoted string literal (detected at line {self._row - 1})",
                                      start[0], start[1])
                raise self._error(f"unterminated string literal (detected at line {self._row - 1})", start[0], start[1])
            lines.append(self._line)
            at = 0

    @staticmethod
    def _quote_end(line, at, quote):
        """Position behind the closing quote, or -1."""
        while at < len(line):
            if line[at] == "\\":
                at += 2
            elif line.startswith(quote, at):
                return at + len(quote)
            else:
                at += 1
        return -1

    def _field_string(self, m, prefix):
        kinds = (FSTRING_START, FSTRING_MIDDLE, FSTRING_END) if "f" in prefix else (TSTRING_START, TSTRING_MIDDLE, TSTRING_END)
        quote = m.group(2)
        start = (self._row, m.start())
        yield self._token(kinds[0], m.group(), start, (self._row, m.end()))
        self._column = m.end()
        yield from self._literal_part(kinds, quote, "r" in prefix, start, in_spec=False)

    def _literal_part(self, kinds, quote, raw, string_start, in_spec):
        """Literal text and fields up to the closing quote, or (in a format spec) up to the brace that ends the field."""
        text = []
        lines = [self._line]
        start = (self._row, self._column)
        while True:
            line, at = self._line, self._column
            if start[0] == self._row:
                lines = [line]
            if at >= len(line):
                if not self._next_line():
                    name = "f" if kinds[0] == FSTRING_START else "t"
                    triple = "triple-quoted " if len(quote) == 3 else ""
                    raise self._error(f"unterminated {triple}{name}-string literal (detected at line {self._row - 1})",
                                      string_start[0], string_start[1])
                lines.append(self._line)
                continue
            c = line[at]
            if line.startswith(quote, at) and not in_spec:
                if text:
                    yield self._token(kinds[1], "".join(text), start, (self._row, at), "".join(lines))
                self._column = at + len(quote)
                yield self._token(kinds[2], quote, (self._row, at), (self._row, self._column))
                return
            if c == "\\" and (not raw or line[at + 1:at + 2] in ("\\", quote[0])):
                step = 2
                if not raw and line.startswith("\\N{", at) and "}" in line[at:]:
                    step = line.index("}", at) - at + 1
                text.append(line[at:at + step])
                self._column += step
            elif c == "{" and line.startswith("{{", at) and not in_spec or c == "}" and line.startswith("}}", at) and not in_spec:
                text.append(c)
                yield self._token(kinds[1], "".join(text), start, (self._row, at + 1), "".join(lines))
                text = []
                self._column += 2
                start = (self._row, self._column)
            elif c == "{":
                if text:
                    yield self._token(kinds[1], "".join(text), start, (self._row, at), "".join(lines))
                    text = []
                yield from self._field(kinds, quote, raw, string_start)
                start = (self._row, self._column)
            elif c == "}" and in_spec:
                yield self._token(kinds[1], "".join(text), start, (self._row, at))
                return
            elif c == "\n" and len(quote) == 1:
                name = "f" if kinds[0] == FSTRING_START else "t"
                raise self._error(f"unterminated {name}-string literal (detected at line {self._row})",
                                  string_start[0], string_start[1])
            else:
                text.append(c)
                self._column += 1

    def _field(self, kinds, quote, raw, string_start):
        """`{expression!conversion:spec}`."""
        depth = len(self._brackets)
        yield from self._one(self._line, self._column, self._row)
        while True:
            at = _SPACE.match(self._line, self._column).end()
            self._column = at
            line = self._line
            if at >= len(line) or line[at] in "\r\n":
                if self._extra and at < len(line):
                    yield self._token(NL, line[at:], (self._row, at), (self._row, len(line)))
                if not self._next_line():
                    raise self._error("'{' was never closed", string_start[0], string_start[1])
                continue
            c = line[at]
            if c == "#":
                end = len(line.rstrip("\r\n"))
                if self._extra:
                    yield self._token(COMMENT, line[at:end], (self._row, at), (self._row, end))
                self._column = end
                continue
            if len(self._brackets) == depth + 1:
                if c == "!" and line[at + 1:at + 2] != "=":
                    self._column = at + 1
                    yield self._token(OP, "!", (self._row, at), (self._row, at + 1))
                    continue
                if c == ":":
                    self._column = at + 1
                    yield self._token(OP, ":", (self._row, at), (self._row, at + 1))
                    yield from self._literal_part(kinds, quote, raw, string_start, in_spec=True)
                    continue
            yield from self._one(line, at, self._row)
            if len(self._brackets) == depth:
                return
