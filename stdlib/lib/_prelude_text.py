"""Prelude for text: codecs through the registry, regular expression replacement by callables."""


def sre_template(pattern, repl):
    import re
    return re._compile_template(pattern, repl)


def sre_subn(pattern, repl, string, count):
    parts = []
    last = done = 0
    search = pattern.scanner(string).search
    while count == 0 or done < count:
        match = search()
        if match is None:
            break
        start, end = match.span()
        if last < start:
            parts.append(string[last:start])
        item = repl(match)
        if item is not None:
            parts.append(item)
        last = end
        done += 1
    if last < len(string):
        parts.append(string[last:])
    empty = "" if isinstance(string, str) else b""
    return empty.join(parts), done


def sre_sub(pattern, repl, string, count):
    return sre_subn(pattern, repl, string, count)[0]


def codecs_search(encoding, normalized, path, cache):
    # The standard codecs register themselves when their package is imported.
    if not path:
        import encodings
    for search in path:
        found = search(normalized)
        if found is None:
            continue
        if not isinstance(found, tuple) or len(found) != 4:
            raise TypeError("codec search functions must return 4-tuples")
        cache[normalized] = found
        return found
    raise LookupError("unknown encoding: " + encoding)


def codecs_text_codec(encoding, kind):
    import _codecs
    codec = _codecs.lookup(encoding)
    if not getattr(codec, "_is_text_encoding", True):
        raise LookupError(f"'{encoding}' is not a text encoding; use codecs.{kind}() to handle arbitrary codecs")
    return codec


def _codecs_call(f, obj, errors, doing, encoding):
    """A codec's function; what it raises gets a note that names the codec."""
    try:
        return f(obj, errors)
    except BaseException as e:
        e.add_note(f"{doing} with '{encoding}' codec failed")
        raise


def codecs_encode_text(text, encoding, errors):
    result = _codecs_call(codecs_text_codec(encoding, "encode")[0], text, errors, "encoding", encoding)
    if not isinstance(result, tuple) or len(result) != 2:
        raise TypeError("encoder must return a tuple (object, integer)")
    if not isinstance(result[0], (bytes, bytearray)):
        raise TypeError(f"'{encoding}' encoder returned '{type(result[0]).__name__}' instead of 'bytes'; "
                        "use codecs.encode() to encode to arbitrary types")
    return bytes(result[0])


def codecs_decode_text(data, encoding, errors):
    result = _codecs_call(codecs_text_codec(encoding, "decode")[1], data, errors, "decoding", encoding)
    if not isinstance(result, tuple) or len(result) != 2:
        raise TypeError("decoder must return a tuple (object,integer)")
    if not isinstance(result[0], str):
        raise TypeError(f"'{encoding}' decoder returned '{type(result[0]).__name__}' instead of 'str'; "
                        "use codecs.decode() to decode to arbitrary types")
    return result[0]


def codecs_encode(obj, encoding, errors):
    import _codecs
    result = _codecs_call(_codecs.lookup(encoding)[0], obj, errors, "encoding", encoding)
    if not isinstance(result, tuple) or len(result) != 2:
        raise TypeError("encoder must return a tuple (object, integer)")
    return result[0]


def codecs_decode(obj, encoding, errors):
    import _codecs
    result = _codecs_call(_codecs.lookup(encoding)[1], obj, errors, "decoding", encoding)
    if not isinstance(result, tuple) or len(result) != 2:
        raise TypeError("decoder must return a tuple (object,integer)")
    return result[0]


def codecs_wrong_exception(exc):
    raise TypeError(f"don't know how to handle {type(exc).__name__} in error callback")


def strict_errors(exc, /):
    """Implements the 'strict' error handling, which raises a UnicodeError on coding errors."""
    if not isinstance(exc, BaseException):
        raise TypeError("codec must pass exception instance")
    raise exc


def ignore_errors(exc, /):
    """Implements the 'ignore' error handling, which ignores malformed data and continues."""
    if not isinstance(exc, UnicodeError):
        codecs_wrong_exception(exc)
    return "", exc.end


def replace_errors(exc, /):
    """Implements the 'replace' error handling, which replaces malformed data with a replacement marker."""
    width = exc.end - exc.start
    if isinstance(exc, UnicodeEncodeError):
        return "?" * width, exc.end
    if isinstance(exc, UnicodeDecodeError):
        return "\ufffd", exc.end
    if isinstance(exc, UnicodeTranslateError):
        return "\ufffd" * width, exc.end
    codecs_wrong_exception(exc)


def xmlcharrefreplace_errors(exc, /):
    """Implements the 'xmlcharrefreplace' error handling."""
    if not isinstance(exc, UnicodeEncodeError):
        codecs_wrong_exception(exc)
    return "".join(f"&#{ord(c)};" for c in exc.object[exc.start:exc.end]), exc.end


def codecs_escape(code):
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def backslashreplace_errors(exc, /):
    """Implements the 'backslashreplace' error handling."""
    if isinstance(exc, UnicodeDecodeError):
        return "".join(f"\\x{b:02x}" for b in exc.object[exc.start:exc.end]), exc.end
    if not isinstance(exc, (UnicodeEncodeError, UnicodeTranslateError)):
        codecs_wrong_exception(exc)
    return "".join(codecs_escape(ord(c)) for c in exc.object[exc.start:exc.end]), exc.end


def namereplace_errors(exc, /):
    """Implements the 'namereplace' error handling."""
    import unicodedata
    if not isinstance(exc, UnicodeEncodeError):
        codecs_wrong_exception(exc)
    parts = []
    for c in exc.object[exc.start:exc.end]:
        name = unicodedata.name(c, None)
        parts.append(codecs_escape(ord(c)) if name is None else "\\N{" + name + "}")
    return "".join(parts), exc.end


def surrogateescape(exc, /):
    """Implements the 'surrogateescape' error handling."""
    if isinstance(exc, UnicodeEncodeError):
        codes = [ord(c) for c in exc.object[exc.start:exc.end]]
        if not all(0xDC80 <= c <= 0xDCFF for c in codes):
            raise exc
        return bytes(c - 0xDC00 for c in codes), exc.end
    if not isinstance(exc, UnicodeDecodeError):
        codecs_wrong_exception(exc)
    parts = []
    for b in exc.object[exc.start:exc.end]:
        if b < 0x80:
            break
        parts.append(chr(0xDC00 + b))
    if not parts:
        raise exc
    return "".join(parts), exc.start + len(parts)


def surrogatepass(exc, /):
    """Implements the 'surrogatepass' error handling."""
    if isinstance(exc, UnicodeEncodeError):
        return exc.object[exc.start:exc.end].encode(exc.encoding, "surrogatepass"), exc.end
    if not isinstance(exc, UnicodeDecodeError):
        codecs_wrong_exception(exc)
    width = 3 if exc.encoding.startswith("utf-8") else 2 if exc.encoding.startswith("utf-16") else 4
    piece = bytes(exc.object[exc.start:exc.start + width])
    text = piece.decode(exc.encoding, "surrogatepass")
    return text, exc.start + width


def bytes_of_list(items):
    index = _native_module("_operator").index
    out = bytearray()
    while item := _item_at(items, len(out)):
        i = index(item[0])
        if not 0 <= i < 256:
            raise ValueError("bytes must be in range(0, 256)")
        out.append(i)
    return bytes(out)


# Size and letter of `struct` for the machine formats of array's pickles; behind them UTF-16 and UTF-32.
_ARRAY_FORMATS = "B b <H >H <h >h <I >I <i >i <Q >Q <q >q <f >f <d >d".split()
_ARRAY_NATIVE = {"b": 1, "B": 0, "u": 20, "w": 20, "h": 4, "H": 2, "i": 8, "I": 6, "l": 12, "L": 10, "q": 12, "Q": 10, "f": 14, "d": 16}


def array_reconstruct(cls, code, form, data):
    import array
    import struct

    if type(code) is not str or len(code) != 1:
        raise TypeError(f"_array_reconstructor() argument 2 must be a unicode character, not {type(code).__name__}")
    form = _native_module("_operator").index(form)
    if not isinstance(cls, type):
        raise TypeError(f"first argument must be a type object, not {type(cls).__name__}")
    if not issubclass(cls, array.array):
        raise TypeError(f"{cls.__name__} is not a subtype of array.array")
    if code not in _ARRAY_NATIVE:
        raise ValueError("second argument must be a valid type code")
    if not 0 <= form <= 21:
        raise ValueError("third argument must be a valid machine format code.")
    if not isinstance(data, bytes):
        raise TypeError(f"fourth argument should be bytes, not {type(data).__name__}")
    if form == _ARRAY_NATIVE[code]:
        made = cls(code)
        made.frombytes(data)
        return made
    if form >= 18:
        return cls(code, data.decode(("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")[form - 18]))
    letter = _ARRAY_FORMATS[form]
    size = struct.calcsize(letter)
    if len(data) % size:
        raise ValueError("bytes length not a multiple of item size")
    if form < 14:
        signed = letter[-1].islower()
        code = next(c for c in "bBhHiIlLqQ" if c.islower() == signed and array.array(c).itemsize == size)
    return cls(code, [value for (value,) in struct.iter_unpack(letter, data)])


def source_decoded(data, encoding):
    """A source in the encoding that its first lines name, or None."""
    import codecs

    try:
        return codecs.lookup(encoding).decode(data)[0]
    except (LookupError, UnicodeError):
        return None
