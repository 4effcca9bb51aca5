"""The tokenizer behind `tokenize`: reads all lines, then hands out tokens one by one."""

import _tokenize_build


class TokenizerIter:
    def __init__(self, readline, /, *, encoding=None, extra_tokens=False):
        self._readline = readline
        self._encoding = encoding
        self._extra = extra_tokens
        self._rows = None
        self._error = None

    def __iter__(self):
        return self

    def _read(self):
        parts = []
        while True:
            try:
                line = self._readline()
            except StopIteration:
                break
            if isinstance(line, bytes):
                line = line.decode(self._encoding or "utf-8")
            elif not isinstance(line, str):
                raise TypeError("readline() returned a non-string object" if self._encoding is None else "readline() returned a non-bytes object")
            if not line:
                break
            parts.append(line)
        rows, self._error = _tokenize_build.tokens("".join(parts), self._extra)
        self._rows = iter(rows)

    def __next__(self):
        if self._rows is None:
            self._read()
        for row in self._rows:
            return row
        error, self._error = self._error, None
        if error is not None:
            raise error
        raise StopIteration("EOF")
