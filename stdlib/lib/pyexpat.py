"""A parser of XML 1.0 with the interface of CPython's `pyexpat`: elements, text, comments, processing instructions, CDATA,
internal entities, namespaces. It does not validate, and reads nothing from outside of the document."""
import re as _re
import sys as _sys

EXPAT_VERSION = "expat_2.7.3"
version_info = (2, 7, 3)
native_encoding = "UTF-8"
features = [("sizeof(XML_Char)", 1), ("sizeof(XML_LChar)", 1)]
XML_PARAM_ENTITY_PARSING_NEVER = 0
XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE = 1
XML_PARAM_ENTITY_PARSING_ALWAYS = 2

_MESSAGES = {
    1: "out of memory", 2: "syntax error", 3: "no element found", 4: "not well-formed (invalid token)", 5: "unclosed token",
    6: "partial character", 7: "mismatched tag", 8: "duplicate attribute", 9: "junk after document element",
    10: "illegal parameter entity reference", 11: "undefined entity", 12: "recursive entity reference", 13: "asynchronous entity",
    14: "reference to invalid character number", 15: "reference to binary entity",
    16: "reference to external entity in attribute", 17: "XML or text declaration not at start of entity",
    18: "unknown encoding", 19: "encoding specified in XML declaration is incorrect", 20: "unclosed CDATA section",
    27: "unbound prefix", 36: "parsing finished", 43: "limit on input amplification factor (from DTD and entities) breached",
}
_NAMES = {
    1: "NO_MEMORY", 2: "SYNTAX", 3: "NO_ELEMENTS", 4: "INVALID_TOKEN", 5: "UNCLOSED_TOKEN", 6: "PARTIAL_CHAR", 7: "TAG_MISMATCH",
    8: "DUPLICATE_ATTRIBUTE", 9: "JUNK_AFTER_DOC_ELEMENT", 10: "PARAM_ENTITY_REF", 11: "UNDEFINED_ENTITY",
    12: "RECURSIVE_ENTITY_REF", 13: "ASYNC_ENTITY", 14: "BAD_CHAR_REF", 15: "BINARY_ENTITY_REF",
    16: "ATTRIBUTE_EXTERNAL_ENTITY_REF", 17: "MISPLACED_XML_PI", 18: "UNKNOWN_ENCODING", 19: "INCORRECT_ENCODING",
    20: "UNCLOSED_CDATA_SECTION", 27: "UNBOUND_PREFIX", 36: "FINISHED", 43: "AMPLIFICATION_LIMIT_BREACH",
}

errors = type(_sys)("pyexpat.errors", "Constants used to describe error conditions.")
for _code, _name in _NAMES.items():
    setattr(errors, "XML_ERROR_" + _name, _MESSAGES[_code])
errors.codes = {text: code for code, text in _MESSAGES.items()}
errors.messages = dict(_MESSAGES)
model = type(_sys)("pyexpat.model", "Constants used to interpret content model information.")
for _code, _name in enumerate(("CTYPE_EMPTY", "CTYPE_ANY", "CTYPE_MIXED", "CTYPE_NAME", "CTYPE_CHOICE", "CTYPE_SEQ"), 1):
    setattr(model, "XML_" + _name, _code)
for _code, _name in enumerate(("NONE", "OPT", "REP", "PLUS")):
    setattr(model, "XML_CQUANT_" + _name, _code)
_sys.modules["pyexpat.errors"] = errors
_sys.modules["pyexpat.model"] = model

_START = r":A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
_NAME = f"[{_START}][{_START}\\-.0-9\u00b7\u0300-\u036f\u203f\u2040]*"
_name = _re.compile(_NAME)
_tag = _re.compile(rf"<({_NAME})((?:\s+{_NAME}\s*=\s*(?:\"[^<\"]*\"|'[^<']*'))*)\s*(/?)>")
_attribute = _re.compile(rf"\s+({_NAME})\s*=\s*(\"[^<\"]*\"|'[^<']*')")
_end_tag = _re.compile(rf"</({_NAME})\s*>")
_reference = _re.compile(rf"&(?:#([0-9]+)|#x([0-9a-fA-F]+)|({_NAME}));")
_entity = _re.compile(rf"<!ENTITY\s+({_NAME})\s+(?:\"([^\"]*)\"|'([^']*)')\s*>")
_doctype = _re.compile(rf"<!DOCTYPE\s+({_NAME})(?:\s+SYSTEM\s+(\"[^\"]*\"|'[^']*')|\s+PUBLIC\s+(\"[^\"]*\"|'[^']*')\s+(\"[^\"]*\"|'[^']*'))?\s*(\[)?")
_declaration = _re.compile(r"<\?xml\s+version\s*=\s*[\"']([^\"']+)[\"'](?:\s+encoding\s*=\s*[\"']([^\"']+)[\"'])?(?:\s+standalone\s*=\s*[\"'](yes|no)[\"'])?\s*\?>")
_bad_character = _re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = {"lt": "<", "gt": ">", "amp": "&", "apos": "'", "quot": '"'}
# Text that entities may expand to, beyond what was read.
_MOST_EXPANDED = 8 << 20

_HANDLERS = (
    "StartElementHandler", "EndElementHandler", "CharacterDataHandler", "ProcessingInstructionHandler", "CommentHandler",
    "StartCdataSectionHandler", "EndCdataSectionHandler", "DefaultHandler", "DefaultHandlerExpand", "XmlDeclHandler",
    "StartDoctypeDeclHandler", "EndDoctypeDeclHandler", "StartNamespaceDeclHandler", "EndNamespaceDeclHandler",
    "EntityDeclHandler", "ElementDeclHandler", "AttlistDeclHandler", "NotationDeclHandler", "UnparsedEntityDeclHandler",
    "ExternalEntityRefHandler", "SkippedEntityHandler", "NotStandaloneHandler",
)


class ExpatError(Exception):
    pass


ExpatError.__module__ = "xml.parsers.expat"
error = ExpatError


def ErrorString(code, /):
    """Returns string error for given number."""
    return _MESSAGES.get(code)


def ParserCreate(encoding=None, namespace_separator=None, intern=None):
    """Return a new XML parser object."""
    if namespace_separator is not None:
        if not isinstance(namespace_separator, str):
            raise TypeError(f"ParserCreate() argument 'namespace_separator' must be str or None, not {type(namespace_separator).__name__}")
        if len(namespace_separator) > 1:
            raise ValueError("namespace_separator must be at most one character, omitted, or None")
    return XMLParserType(encoding, namespace_separator, {} if intern is None else intern)


class XMLParserType:
    def __init__(self, encoding, separator, intern):
        self._encoding, self._separator, self.intern = encoding, separator, intern
        self._decoder, self._raw, self._text, self._line, self._column, self._index = None, b"", "", 1, 0, 0
        self._open, self._scopes, self._entities, self._expanded = [], [{"xml": "http://www.w3.org/XML/1998/namespace"}], {}, 0
        self._seen_root = self._begun = self._over = self._returned = False
        self._held = []
        self.buffer_text = self.ordered_attributes = self.specified_attributes = self.namespace_prefixes = False
        self.buffer_size = 8192
        self.ErrorCode, self.ErrorLineNumber, self.ErrorColumnNumber, self.ErrorByteIndex = 0, 1, 0, 0
        for name in _HANDLERS:
            setattr(self, name, None)

    @property
    def buffer_used(self):
        return sum(map(len, self._held))

    @property
    def CurrentLineNumber(self):
        return self._line

    @property
    def CurrentColumnNumber(self):
        return self._column

    @property
    def CurrentByteIndex(self):
        return self._index

    def SetBase(self, base, /):
        self._base = base

    def GetBase(self):
        return getattr(self, "_base", None)

    def GetInputContext(self):
        return None

    def UseForeignDTD(self, flag=True, /):
        pass

    def SetParamEntityParsing(self, flag, /):
        return 1

    def GetReparseDeferralEnabled(self):
        return False

    def SetReparseDeferralEnabled(self, enabled, /):
        pass

    def ExternalEntityParserCreate(self, context, encoding=None, /):
        raise ExpatError("external entities are not read")

    def ParseFile(self, file, /):
        """Parse XML data from file-like object."""
        while data := file.read(65536):
            self.Parse(data, False)
        return self.Parse(b"", True)

    def Parse(self, data, isfinal=False, /):
        """Parse XML data."""
        if self._over:
            self._fail(36)
        if isinstance(data, str):
            self._text += data.replace("\r\n", "\n")
        else:
            self._decode(bytes(data), isfinal)
        bad = _bad_character.search(self._text)
        self._scan(isfinal)
        if bad:
            self._fail(4)
        if isfinal:
            self._over = True
            self._flush()
            if self._text:
                self._fail(20 if self._text.startswith("<![CDATA[") else 5 if self._text.startswith("<") else 4)
            if self._open or not self._seen_root:
                self._fail(3)
        return 1

    def _decode(self, data, final):
        if self._decoder is None:
            self._raw += data
            if len(self._raw) < 4 and not final:
                return
            import codecs

            raw, self._raw, encoding = self._raw, b"", self._encoding
            for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
                if raw.startswith(mark):
                    encoding = name
            if encoding is None:
                named = _re.match(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']", raw)
                encoding = named[1].decode() if named else "utf-8"
            try:
                self._decoder = codecs.getincrementaldecoder(encoding)()
            except LookupError:
                self._fail(18)
            data = raw
        try:
            self._text += self._decoder.decode(data, final).replace("\r\n", "\n")
        except UnicodeDecodeError:
            self._fail(4)

    def _fail(self, code):
        self._flush()
        self.ErrorCode, self.ErrorLineNumber, self.ErrorColumnNumber, self.ErrorByteIndex = code, self._line, self._column, self._index
        exc = ExpatError(f"{_MESSAGES[code]}: line {self._line}, column {self._column}")
        exc.code, exc.lineno, exc.offset = code, self._line, self._column
        raise exc

    def _take(self, n):
        token, self._text = self._text[:n], self._text[n:]
        return token

    def _pass(self, token):
        """The position moves behind a token."""
        lines = token.count("\n")
        self._line += lines
        self._column = len(token) - token.rfind("\n") - 1 if lines else self._column + len(token)
        self._index += len(token.encode("utf-8", "surrogatepass"))

    def _call(self, name, *args):
        handler = getattr(self, name)
        if handler is not None:
            self._flush()
            handler(*args)
        return handler is not None

    def _default(self, token):
        self._call("DefaultHandlerExpand", token) or self._call("DefaultHandler", token)

    def _data(self, text):
        if self.CharacterDataHandler is None:
            return self._default(text)
        if self.buffer_text:
            self._held.append(text)
        else:
            self.CharacterDataHandler(text)

    def _flush(self):
        if self._held:
            text, self._held = "".join(self._held), []
            if self.CharacterDataHandler is not None:
                self.CharacterDataHandler(text)

    def _scan(self, final):
        while self._text:
            text = self._text
            if text[0] != "<":
                if not self._scan_text(text, final):
                    return
                continue
            if len(text) < 2 or text.startswith("<!") and len(text) < 9 and not text.startswith("<!--"):
                return
            kind = text[1]
            if kind == "?":
                done = self._scan_instruction(text)
            elif text.startswith("<!--"):
                done = self._scan_until("-->", 4, lambda body: self._call("CommentHandler", body))
            elif text.startswith("<![CDATA["):
                done = self._scan_until("]]>", 9, self._cdata)
            elif text.startswith("<!DOCTYPE"):
                done = self._scan_doctype(text)
            elif kind == "!":
                self._fail(4)
            elif kind == "/":
                done = self._scan_end(text)
            else:
                done = self._scan_start(text)
            if not done:
                return

    def _scan_text(self, text, final):
        end = text.find("<")
        if end < 0:
            end = len(text)
            amp = text.rfind("&")
            if amp >= 0 and ";" not in text[amp:]:
                if final:
                    self._fail(4)
                end = amp
            if end == 0:
                return False
        if not self._open:
            if text[:end].strip("\ufeff \t\r\n"):
                self._fail(9 if self._seen_root else 2)
            token = self._take(end)
            self._pass(token)
            self._default(token)
            return True
        token = self._take(end)
        if "]]>" in token:
            self._fail(4)
        self._content(token)
        return True

    def _content(self, token):
        """Text between tags: line by line, and each reference by itself, as expat gives it."""
        at = 0
        for match in _reference.finditer(token):
            self._lines(token[at:match.start()])
            at = match.end()
            text = self._referred(match)
            if "<" in text and match[3] and match[3] not in _PLAIN:
                self._markup(text, match[3])
            elif text:
                self._data(text)
            self._pass(match[0])
        self._lines(token[at:])

    def _lines(self, text):
        if "&" in text:
            self._pass(text[:text.index("&")])
            self._fail(4)
        for part in _re.findall("\n|[^\n]+", text):
            self._data(part)
            self._pass(part)

    def _markup(self, text, name):
        """The text of an entity with elements in it."""
        rest, self._text = self._text, text
        depth, value = len(self._open), self._entities.pop(name)
        self._scan(True)
        if self._text or len(self._open) != depth:
            self._fail(13)
        self._text, self._entities[name] = rest, value

    def _referred(self, match, within=()):
        decimal, hexadecimal, name = match.groups()
        if name is None:
            code = int(decimal) if decimal else int(hexadecimal, 16)
            if code > 0x10FFFF or _bad_character.match(chr(code)):
                self._fail(14)
            return chr(code)
        if name in _PLAIN:
            return _PLAIN[name]
        if name in within:
            self._fail(12)
        if name not in self._entities:
            if self._call("SkippedEntityHandler", name, False):
                return ""
            if self.DefaultHandlerExpand is not None and self._doctype_external:
                self._default(match[0])
                return ""
            self._fail(11)
        value = self._entities[name]
        self._expanded += len(value)
        if self._expanded > _MOST_EXPANDED:
            self._fail(43)
        return _reference.sub(lambda m: self._referred(m, (*within, name)), value)

    _doctype_external = False

    def _scan_until(self, end, skip, handle):
        at = self._text.find(end, skip)
        if at < 0:
            return False
        token = self._take(at + len(end))
        if end == "-->" and "--" in token[4:-3]:
            self._fail(4)
        if handle(token[skip:-len(end)]) is False:
            self._default(token)
        self._pass(token)
        return True

    def _cdata(self, body):
        if not self._open:
            self._fail(2)
        self._call("StartCdataSectionHandler")
        for part in _re.findall("\n|[^\n]+", body):
            self._data(part)
        self._call("EndCdataSectionHandler")

    def _scan_instruction(self, text):
        end = text.find("?>")
        if end < 0:
            return False
        token = text[:end + 2]
        if _re.match(r"<\?xml\s", token):
            match = _declaration.fullmatch(token)
            if self._begun or self._line != 1 or self._column:
                self._fail(17)
            if match is None:
                self._fail(4)
            self._take(len(token))
            standalone = {"yes": 1, "no": 0, None: -1}[match[3]]
            if not self._call("XmlDeclHandler", match[1], match[2], standalone):
                self._default(token)
        else:
            name = _name.match(token, 2)
            if name is None:
                self._fail(4)
            self._take(len(token))
            if not self._call("ProcessingInstructionHandler", name[0], token[name.end():-2].lstrip()):
                self._default(token)
        self._begun = True
        self._pass(token)
        return True

    def _scan_doctype(self, text):
        match = _doctype.match(text)
        end = text.find("]", match.end()) if match and match[5] else -1
        stop = text.find(">", end if end >= 0 else 0)
        if match is None or stop < 0 or match[5] and end < 0:
            return False
        token = self._take(stop + 1)
        quoted = lambda s: s and s[1:-1]
        system, public = quoted(match[2] or match[4]), quoted(match[3])
        self._doctype_external = system is not None
        self._call("StartDoctypeDeclHandler", match[1], system, public, int(bool(match[5])))
        for name, a, b in _entity.findall(token):
            self._entities.setdefault(name, a or b)
            self._call("EntityDeclHandler", name, 0, a or b, self.GetBase(), None, None, None)
        self._call("EndDoctypeDeclHandler")
        self._begun = True
        self._pass(token)
        return True

    def _intern(self, name):
        return self.intern.setdefault(name, name)

    def _qualified(self, name, scope, attribute):
        if self._separator is None:
            return self._intern(name)
        prefix, colon, local = name.rpartition(":")
        if not colon:
            space = None if attribute else scope.get("")
        elif prefix in scope:
            space = scope[prefix]
        else:
            self._fail(27)
        return self._intern(name if not space else space + self._separator + local)

    def _scan_start(self, text):
        match = _tag.match(text)
        if match is None:
            # Not whole yet, or never.
            end = _re.match(r"<(?:[^<>\"']|\"[^<\"]*\"|'[^<']*')*>", text)
            name = _name.match(text, 1)
            if end or name is None or "<" in _re.sub("\"[^\"]*\"|'[^']*'", "", text[1:]):
                self._fail(4)
            return False
        if self._seen_root and not self._open:
            self._fail(9)
        self._take(match.end())
        scope, pairs, declared = self._scopes[-1], [], []
        for name, value in _attribute.findall(match[2]):
            value = _reference.sub(self._referred, _re.sub("[\t\n\r]", " ", value[1:-1]))
            if "&" in value and not _reference.search(match[2]):
                self._fail(4)
            if self._separator is not None and (name == "xmlns" or name.startswith("xmlns:")):
                declared.append((name[6:], value))
            else:
                pairs.append((name, value))
        if declared:
            scope = {**scope, **dict(declared)}
            for prefix, uri in declared:
                self._call("StartNamespaceDeclHandler", prefix or None, uri or None)
        name = self._qualified(match[1], scope, False)
        pairs = [(self._qualified(n, scope, True), v) for n, v in pairs]
        if len(dict(pairs)) != len(pairs):
            self._fail(8)
        self._begun = self._seen_root = True
        self._open.append((match[1], name, [prefix for prefix, _ in declared]))
        self._scopes.append(scope)
        attributes = [x for pair in pairs for x in pair] if self.ordered_attributes else dict(pairs)
        if not self._call("StartElementHandler", name, attributes):
            self._default(match[0])
        self._pass(match[0])
        if match[3]:
            self._close(match[0])
        return True

    def _close(self, token):
        _, name, declared = self._open.pop()
        self._scopes.pop()
        if not self._call("EndElementHandler", name) and token.startswith("</"):
            self._default(token)
        for prefix in reversed(declared):
            self._call("EndNamespaceDeclHandler", prefix or None)

    def _scan_end(self, text):
        match = _end_tag.match(text)
        if match is None:
            if ">" in text:
                self._fail(4)
            return False
        if not self._open:
            self._fail(4)
        if self._open[-1][0] != match[1]:
            self._column += 2
            self._fail(7)
        self._take(match.end())
        self._close(match[0])
        self._pass(match[0])
        return True
