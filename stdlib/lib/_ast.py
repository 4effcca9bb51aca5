"""The node classes of syntax trees. A table of the abstract grammar makes them; `_ast_build` makes instances of them."""

PyCF_DONT_IMPLY_DEDENT = 0x200
PyCF_ONLY_AST = 0x400
PyCF_TYPE_COMMENTS = 0x1000
PyCF_ALLOW_TOP_LEVEL_AWAIT = 0x2000
PyCF_ALLOW_INCOMPLETE_INPUT = 0x4000
PyCF_OPTIMIZED_AST = 0x8000 | PyCF_ONLY_AST

_MAX_DEPTH = 3


def _warn(message):
    import warnings

    warnings.warn(message, DeprecationWarning, stacklevel=3)


class AST:
    __module__ = "ast"
    _fields = ()
    _attributes = ()
    _field_types = {}
    __match_args__ = ()

    def __init__(self, /, *args, **kwargs):
        cls = type(self)
        fields = cls._fields
        if len(args) > len(fields):
            plural = "" if len(fields) == 1 else "s"
            raise TypeError(f"{cls.__name__} constructor takes at most {len(fields)} positional argument{plural}")
        missing = list(fields[len(args):])
        for name, value in zip(fields, args):
            setattr(self, name, value)
        for name, value in kwargs.items():
            if name in missing:
                missing.remove(name)
            elif name in fields:
                raise TypeError(f"{cls.__name__} got multiple values for argument {name!r}")
            elif name not in cls._attributes:
                _warn(
                    f"{cls.__name__}.__init__ got an unexpected keyword argument {name!r}. "
                    "Support for arbitrary keyword arguments is deprecated and will be removed in Python 3.15."
                )
            setattr(self, name, value)
        for name in missing:
            self._set_default(cls, name)

    def _set_default(self, cls, name):
        types = getattr(cls, "_field_types", {})
        if name not in types:
            if types:
                _warn(
                    f"Field {name!r} is missing from {cls.__name__}._field_types. "
                    "This will become an error in Python 3.15."
                )
            return
        kind = types[name]
        if kind is expr_context:
            setattr(self, name, _SINGLETONS["Load"])
        elif getattr(kind, "__origin__", None) is list:
            setattr(self, name, [])
        elif not hasattr(kind, "__args__"):
            _warn(
                f"{cls.__name__}.__init__ missing 1 required positional argument: {name!r}. "
                "This will become an error in Python 3.15."
            )

    def __reduce__(self):
        state = dict(self.__dict__)
        args = []
        for name in self._fields:
            if name not in state:
                break
            args.append(None)
        return type(self), tuple(args), state

    def __replace__(self, /, **changes):
        cls = type(self)
        known = set(cls._fields) | set(cls._attributes)
        state = dict(self.__dict__)
        unknown = set(changes) - known
        if unknown:
            name = next(iter(unknown))
            raise TypeError(f"{cls.__name__}.__replace__ got an unexpected keyword argument {name!r}.")
        state.update(changes)
        absent = [
            name for name in cls._fields if name not in state and not hasattr(cls, name)
        ]
        if absent:
            names = ", ".join(map(repr, absent))
            plural = "" if len(absent) == 1 else "s"
            raise TypeError(f"{cls.__name__}.__replace__ missing {len(absent)} keyword argument{plural}: {names}.")
        result = cls.__new__(cls)
        for name, value in state.items():
            setattr(result, name, value)
        return result

    def __repr__(self):
        return _repr_node(self, _MAX_DEPTH)


def _repr_node(node, depth):
    name = type(node).__name__
    if not node._fields:
        return f"{name}()"
    if depth <= 0:
        return f"{name}(...)"
    parts = [f"{field}={_repr_value(getattr(node, field), depth)}" for field in node._fields]
    return f"{name}({', '.join(parts)})"


def _repr_value(value, depth):
    if isinstance(value, AST):
        return _repr_node(value, depth - 1)
    if isinstance(value, (list, tuple)):
        left, right = "[]" if isinstance(value, list) else "()"
        if len(value) <= 2:
            inner = ", ".join([_repr_value(item, depth) for item in value])
        else:
            inner = f"{_repr_value(value[0], depth)}, ..., {_repr_value(value[-1], depth)}"
        return left + inner + right
    return repr(value)


# A line of the table: a base and its kinds. A field is `name`, `type name`; `?` marks what may be None, `*` a list.
_TABLE = """
mod: Module(stmt* body, type_ignore* type_ignores) Interactive(stmt* body) Expression(expr body)
mod: FunctionType(expr* argtypes, expr returns)
stmt: FunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)
stmt: AsyncFunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)
stmt: ClassDef(identifier name, expr* bases, keyword* keywords, stmt* body, expr* decorator_list, type_param* type_params)
stmt: Return(expr? value) Delete(expr* targets) Assign(expr* targets, expr value, string? type_comment)
stmt: TypeAlias(expr name, type_param* type_params, expr value) AugAssign(expr target, operator op, expr value)
stmt: AnnAssign(expr target, expr annotation, expr? value, int simple)
stmt: For(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)
stmt: AsyncFor(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)
stmt: While(expr test, stmt* body, stmt* orelse) If(expr test, stmt* body, stmt* orelse)
stmt: With(withitem* items, stmt* body, string? type_comment) AsyncWith(withitem* items, stmt* body, string? type_comment)
stmt: Match(expr subject, match_case* cases) Raise(expr? exc, expr? cause)
stmt: Try(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)
stmt: TryStar(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)
stmt: Assert(expr test, expr? msg) Import(alias* names) ImportFrom(identifier? module, alias* names, int? level)
stmt: Global(identifier* names) Nonlocal(identifier* names) Expr(expr value) Pass() Break() Continue()
expr: BoolOp(boolop op, expr* values) NamedExpr(expr target, expr value) BinOp(expr left, operator op, expr right)
expr: UnaryOp(unaryop op, expr operand) Lambda(arguments args, expr body) IfExp(expr test, expr body, expr orelse)
expr: Dict(expr* keys, expr* values) Set(expr* elts) ListComp(expr elt, comprehension* generators)
expr: SetComp(expr elt, comprehension* generators) DictComp(expr key, expr value, comprehension* generators)
expr: GeneratorExp(expr elt, comprehension* generators) Await(expr value) Yield(expr? value) YieldFrom(expr value)
expr: Compare(expr left, cmpop* ops, expr* comparators) Call(expr func, expr* args, keyword* keywords)
expr: FormattedValue(expr value, int conversion, expr? format_spec) JoinedStr(expr* values)
expr: Interpolation(expr value, constant str, int conversion, expr? format_spec) TemplateStr(expr* values)
expr: Constant(constant value, string? kind) Attribute(expr value, identifier attr, expr_context ctx)
expr: Subscript(expr value, expr slice, expr_context ctx) Starred(expr value, expr_context ctx)
expr: Name(identifier id, expr_context ctx) List(expr* elts, expr_context ctx) Tuple(expr* elts, expr_context ctx)
expr: Slice(expr? lower, expr? upper, expr? step)
expr_context: Load() Store() Del()
boolop: And() Or()
operator: Add() Sub() Mult() MatMult() Div() Mod() Pow() LShift() RShift() BitOr() BitXor() BitAnd() FloorDiv()
unaryop: Invert() Not() UAdd() USub()
cmpop: Eq() NotEq() Lt() LtE() Gt() GtE() Is() IsNot() In() NotIn()
AST: comprehension(expr target, expr iter, expr* ifs, int is_async)
excepthandler: ExceptHandler(expr? type, identifier? name, stmt* body)
AST: arguments(arg* posonlyargs, arg* args, arg? vararg, arg* kwonlyargs, expr* kw_defaults, arg? kwarg, expr* defaults)
AST: arg(identifier arg, expr? annotation, string? type_comment) keyword(identifier? arg, expr value) alias(identifier name, identifier? asname)
AST: withitem(expr context_expr, expr? optional_vars) match_case(pattern pattern, expr? guard, stmt* body)
pattern: MatchValue(expr value) MatchSingleton(constant value) MatchSequence(pattern* patterns)
pattern: MatchMapping(expr* keys, pattern* patterns, identifier? rest)
pattern: MatchClass(expr cls, pattern* patterns, identifier* kwd_attrs, pattern* kwd_patterns) MatchStar(identifier? name)
pattern: MatchAs(pattern? pattern, identifier? name) MatchOr(pattern* patterns)
type_ignore: TypeIgnore(int lineno, string tag)
type_param: TypeVar(identifier name, expr? bound, expr? default_value) ParamSpec(identifier name, expr? default_value)
type_param: TypeVarTuple(identifier name, expr? default_value)
"""

_POSITION = ("lineno", "col_offset", "end_lineno", "end_col_offset")
# Bases and plain classes whose instances have a place; whether the end may be missing.
_PLACED = {
    "stmt": True, "expr": True, "excepthandler": True, "arg": True, "keyword": True, "alias": True,
    "pattern": False, "type_param": False,
}


def _words(text):
    """Name and field list of each class in the right side of a line."""
    for part in text.strip().rstrip(")").split(")"):
        name, _, fields = part.strip().partition("(")
        yield name, [f.split() for f in fields.split(", ") if f]


def _new_class(name, base, fields, doc):
    names = tuple([field for _, field in fields])
    body = {"__module__": "ast", "_fields": names, "__match_args__": names, "__doc__": doc}
    if name in _PLACED or base is AST:
        body["_attributes"] = _POSITION if name in _PLACED else ()
        if _PLACED.get(name):
            body["end_lineno"] = body["end_col_offset"] = None
    for kind, field in fields:
        if kind.endswith("?"):
            body[field] = None
    return type(name, (base,), body)


def _field_type(kind, classes):
    plain = kind.rstrip("?*")
    cls = classes.get(plain) or {"identifier": str, "string": str, "int": int, "constant": object}[plain]
    if kind.endswith("*"):
        return list[cls]
    if kind.endswith("?"):
        return cls | None
    return cls


def _make():
    classes = {"AST": AST}
    rows = []
    for line in _TABLE.strip().splitlines():
        base, _, right = line.partition(": ")
        rows += [(base, name, fields) for name, fields in _words(right)]
    kinds = {}
    for base, name, fields in rows:
        doc = f"{name}({', '.join([' '.join(f) for f in fields])})" if fields else name
        kinds.setdefault(base, []).append(doc)
    for base, name, fields in rows:
        if base not in classes:
            gap = "\n" + " " * len(base) + " | " if "(" in "".join(kinds[base]) else " | "
            classes[base] = _new_class(base, AST, [], f"{base} = {gap.join(kinds[base])}")
        doc = f"{name}({', '.join([' '.join(f) for f in fields])})" if fields else name
        classes[name] = _new_class(name, classes[base], fields, doc)
    for _, name, fields in rows:
        classes[name]._field_types = {field: _field_type(kind, classes) for kind, field in fields}
    return classes


_CLASSES = _make()
globals().update(_CLASSES)
_SINGLETONS = {
    name: cls()
    for name, cls in _CLASSES.items()
    if cls.__base__ in (_CLASSES["expr_context"], _CLASSES["boolop"], _CLASSES["operator"], _CLASSES["unaryop"], _CLASSES["cmpop"])
}
