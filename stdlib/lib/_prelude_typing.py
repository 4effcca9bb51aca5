# Type variables, generic aliases, unions: what their natives do in Python. Helpers such as `_make_param` come from `_pellucid`.


def _typing():
    import typing
    return typing


def make_union(a, b):
    return _type_or(a, b)


def generic_alias(origin, args):
    return _generic_alias(origin, args)


def union_checked(items):
    if not isinstance(items, tuple):
        items = (items,)
    typing = _typing()
    return tuple([typing._type_check(x, "Union[arg, ...]: each arg must be a type.") for x in items])


def param_or(a, b):
    return _typing().Union[a, b]


def alias_dir(alias):
    own = {
        "__origin__", "__args__", "__parameters__", "__mro_entries__", "__reduce_ex__", "__reduce__", "__copy__",
        "__deepcopy__", "__unpacked__", "__typing_unpacked_tuple_args__", "__class__",
    }
    return sorted(own | set(dir(alias.__origin__)))


def alias_parameters(args):
    found = []
    for arg in args:
        if isinstance(arg, type) and type(arg) is not _alias_type:
            continue
        if isinstance(arg, (list, tuple)):
            sub = alias_parameters(arg)
        elif hasattr(arg, "__typing_subst__"):
            sub = (arg,)
        else:
            sub = getattr(arg, "__parameters__", None)
            if not isinstance(sub, tuple):
                continue
        for x in sub:
            if x not in found:
                found.append(x)
    return tuple(found)


_alias_type = type(list[int])


def _unpacked(item):
    # The item of a subscript with starred tuples laid out; what is no tuple stays alone.
    parts = item if isinstance(item, tuple) else (item,)
    out = []
    for x in parts:
        if type(x) is not type:
            inner = getattr(x, "__typing_unpacked_tuple_args__", None)
            if isinstance(inner, tuple) and not (inner and inner[-1] is ...):
                out.extend(inner)
                continue
        out.append(x)
    return tuple(out)


def alias_substitute(alias, args, params, item):
    if not params:
        raise TypeError(f"{alias!r} is not a generic class")
    item = _unpacked(item)
    for param in params:
        prepare = getattr(param, "__typing_prepare_subst__", None)
        if prepare is not None:
            if not isinstance(item, tuple):
                item = (item,)
            item = prepare(alias, item)
    values = item if isinstance(item, tuple) else (item,)
    if len(values) != len(params):
        how = "many" if len(values) > len(params) else "few"
        raise TypeError(f"Too {how} arguments for {alias!r}; actual {len(values)}, expected {len(params)}")
    return _substituted(args, params, values)


def _substituted(args, params, values):
    out = []
    for arg in args:
        if type(arg) is type:
            out.append(arg)
            continue
        if isinstance(arg, (list, tuple)):
            inner = _substituted(arg, params, values)
            out.append(list(inner) if isinstance(arg, list) else inner)
            continue
        unpack = bool(getattr(arg, "__typing_is_unpacked_typevartuple__", False)) if not isinstance(arg, type) else False
        subst = getattr(arg, "__typing_subst__", None)
        if subst is not None:
            new = subst(values[params.index(arg)])
        else:
            new = _substitute_inside(arg, params, values)
        if unpack and isinstance(new, tuple):
            out.extend(new)
        else:
            out.append(new)
    return tuple(out)


def _substitute_inside(arg, params, values):
    sub = getattr(arg, "__parameters__", None)
    if not isinstance(sub, tuple) or not sub:
        return arg
    new = []
    for x in sub:
        if x in params:
            value = values[params.index(x)]
            if isinstance(value, tuple) and type(x).__name__ == "TypeVarTuple":
                new.extend(value)
            else:
                new.append(value)
        else:
            new.append(x)
    return arg[tuple(new)]


class _ConstEvaluator:
    # What evaluate_bound and its like give when the value was there from the start.
    def __init__(self, value):
        self._value = value

    def __call__(self, format):
        if format == 4:
            if isinstance(self._value, tuple):
                return "(" + ", ".join([_typing()._type_repr(x) for x in self._value]) + ")"
            return _typing()._type_repr(self._value)
        return self._value

    def __repr__(self):
        return f"<constevaluator {self._value!r}>"


def _module_of_caller():
    scope = _caller_globals()
    return None if scope is None else scope.get("__name__")


def _variance(covariant, contravariant, infer):
    covariant, contravariant, infer = bool(covariant), bool(contravariant), bool(infer)
    if covariant and contravariant:
        raise ValueError("Bivariant types are not supported.")
    if infer and (covariant or contravariant):
        raise ValueError("Variance cannot be specified with infer_variance.")
    return covariant + 2 * contravariant + 4 * infer


def _checked_bound(bound):
    if bound is None:
        return None
    return _typing()._type_check(bound, "Bound must be a type.")


def _name_of(name, what):
    if not isinstance(name, str):
        raise TypeError(f"{what}() argument 'name' must be str, not {type(name).__name__}")
    return name


def typevar_new(args, kwargs):
    return _typevar(*args, **(kwargs or {}))


def _typevar(name, *constraints, bound=None, default=_no_default(), covariant=False, contravariant=False, infer_variance=False):
    _name_of(name, "typevar")
    flags = _variance(covariant, contravariant, infer_variance)
    bound = _checked_bound(bound)
    if len(constraints) == 1:
        raise TypeError("A single constraint is not allowed")
    if constraints and bound is not None:
        raise TypeError("Constraints cannot be combined with bound=...")
    return _make_param(0, name, bound, constraints or None, default, flags, _module_of_caller())


def paramspec_new(args, kwargs):
    return _paramspec(*args, **(kwargs or {}))


def _paramspec(name, *, bound=None, default=_no_default(), covariant=False, contravariant=False, infer_variance=False):
    _name_of(name, "paramspec")
    flags = _variance(covariant, contravariant, infer_variance)
    return _make_param(1, name, _checked_bound(bound), None, default, flags, _module_of_caller())


def typevartuple_new(args, kwargs):
    return _typevartuple(*args, **(kwargs or {}))


def _typevartuple(name, *, default=_no_default()):
    _name_of(name, "typevartuple")
    return _make_param(2, name, None, None, default, 0, _module_of_caller())


def typevartuple_iter(param):
    return iter((_typing().Unpack[param],))


def make_typevar(name):
    return _make_param(0, name, None, None, None, 4, _module_of_caller())


def make_typevar_with_bound(name, evaluate):
    return _set_evaluators(make_typevar(name), evaluate, None, None)


def make_typevar_with_constraints(name, evaluate):
    return _set_evaluators(make_typevar(name), None, evaluate, None)


def make_paramspec(name):
    return _make_param(1, name, None, None, None, 4, _module_of_caller())


def make_typevartuple(name):
    return _make_param(2, name, None, None, None, 0, _module_of_caller())


def set_typeparam_default(param, evaluate):
    return _set_evaluators(param, None, None, evaluate)


def set_function_type_params(func, params):
    func.__type_params__ = params
    return func


def make_typealias(parts):
    name, params, evaluate = parts
    return _make_type_alias(name, params, None, evaluate, _module_of_caller())


def type_alias_new(args, kwargs):
    return _type_alias(*args, **(kwargs or {}))


def _type_alias(name, value, *, type_params=()):
    if not isinstance(type_params, tuple):
        raise TypeError("type_params must be a tuple")
    seen_default = False
    for param in type_params:
        if not hasattr(param, "has_default"):
            raise TypeError(f"Expected a type param, got {param!r}")
        if param.has_default():
            seen_default = True
        elif seen_default:
            raise TypeError(f"non-default type parameter '{param!r}' follows default type parameter")
    return _make_type_alias(name, type_params or None, value, None, _module_of_caller())


def type_alias_parameters(alias):
    out = []
    for param in alias.__type_params__:
        if type(param).__name__ == "TypeVarTuple":
            out.extend(param)
        else:
            out.append(param)
    return tuple(out)


def type_alias_evaluator(alias):
    evaluate = _alias_evaluator(alias)
    return _ConstEvaluator(alias.__value__) if evaluate is None else evaluate


def type_alias_value(alias):
    known = _alias_value(alias)
    if known:
        return known[0]
    value = _alias_evaluator(alias)(1)
    _set_alias_value(alias, value)
    return value


def param_part(param, which):
    known = _get_part(param, which)
    if known:
        return known[0]
    value = _get_evaluators(param)[which](1)
    _set_part(param, which, value)
    return value


def param_evaluate_bound(param):
    evaluate = _get_evaluators(param)[0]
    if evaluate is not None:
        return evaluate
    return None if param.__bound__ is None else _ConstEvaluator(param.__bound__)


def param_evaluate_constraints(param):
    evaluate = _get_evaluators(param)[1]
    if evaluate is not None:
        return evaluate
    return _ConstEvaluator(param.__constraints__) if param.__constraints__ else None


def param_evaluate_default(param):
    evaluate = _get_evaluators(param)[2]
    if evaluate is not None:
        return evaluate
    return _ConstEvaluator(param.__default__) if param.has_default() else None


def param_subst(param, arg):
    kind = type(param).__name__
    if kind == "TypeVar":
        return _typing()._typevar_subst(param, arg)
    if kind == "ParamSpec":
        return _typing()._paramspec_subst(param, arg)
    raise TypeError("Substitution of bare TypeVarTuple is not supported")


def param_prepare_subst(param, alias, args):
    kind = type(param).__name__
    if kind == "ParamSpec":
        return _typing()._paramspec_prepare_subst(param, alias, args)
    if kind == "TypeVarTuple":
        return _typing()._typevartuple_prepare_subst(param, alias, args)
    at = alias.__parameters__.index(param)
    if at < len(args):
        return args
    if at == len(args) and param.has_default():
        return (*args, param.__default__)
    raise TypeError(f"Too few arguments for {alias}; actual {len(args)}, expected {len(alias.__parameters__)}")


def generic_class_getitem(cls, args, kwargs):
    return _typing()._generic_class_getitem(cls, *args, **(kwargs or {}))


def generic_init_subclass(cls, args, kwargs):
    return _typing()._generic_init_subclass(cls, *args, **(kwargs or {}))
