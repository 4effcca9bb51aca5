"""Looking at live objects without running their code: attributes come from namespaces, never through descriptors."""
import builtins
import types

MISSING = object()
_dict_of = type.__dict__["__dict__"].__get__


class Instance:
    """Some object of a class, where the object itself is not known."""

    def __init__(self, cls):
        self.cls = cls


def class_of(obj):
    return obj.cls if type(obj) is Instance else type(obj)


def namespace_of(obj):
    """An object's own namespace, or an empty dict."""
    if type(obj) is Instance:
        return {}
    if isinstance(obj, type):
        return _dict_of(obj)
    try:
        found = object.__getattribute__(obj, "__dict__")
    except Exception:
        return {}
    return found if isinstance(found, dict) else {}


def mro_of(cls):
    return type.__dict__["__mro__"].__get__(cls)


def attribute(obj, name):
    """The attribute as it is stored; MISSING for computed ones."""
    if isinstance(obj, type):
        for cls in mro_of(obj):
            if name in _dict_of(cls):
                return _plain(_dict_of(cls)[name])
        return MISSING
    own = namespace_of(obj)
    if name in own:
        return own[name]
    for cls in mro_of(class_of(obj)):
        if name in _dict_of(cls):
            return _slot(obj, _plain(_dict_of(cls)[name]))
    return MISSING


def _slot(obj, found):
    """What a slot holds: reading one runs nothing of the program's."""
    if type(obj) is Instance or not isinstance(found, (types.GetSetDescriptorType, types.MemberDescriptorType)):
        return found
    try:
        return found.__get__(obj)
    except Exception:
        return found


def _plain(found):
    if isinstance(found, (staticmethod, classmethod)):
        return found.__func__
    return found


def names_of(obj):
    """Names of attributes, as `dir` of an object without `__dir__`."""
    names = set()
    if isinstance(obj, types.ModuleType):
        return {k for k in namespace_of(obj) if isinstance(k, str)}
    if not isinstance(obj, type):
        names.update(k for k in namespace_of(obj) if isinstance(k, str))
    for cls in mro_of(obj if isinstance(obj, type) else class_of(obj)):
        names.update(_dict_of(cls))
    return names


def name(shell, dotted):
    """The object that a dotted name means, or MISSING."""
    first, *rest = dotted.split(".")
    ns = shell.user_ns
    obj = ns[first] if first in ns else getattr(builtins, first, MISSING)
    for part in rest:
        if obj is MISSING:
            break
        obj = attribute(obj, part)
    return obj


def expression(shell, text):
    """The object that an expression means, as far as that can be said without running anything; else MISSING.

    Names, attributes as they are stored, items of built-in containers at constant places, literals; of a call, an
    Instance of the class that is called, or that the function says it returns.
    """
    try:
        tree = compile(text.strip(), "<completion>", "eval", _ONLY_AST)
    except (SyntaxError, ValueError):
        return MISSING
    return _value(shell, tree.body)


_ONLY_AST = 0x400
_LITERALS = {"List": list, "ListComp": list, "Dict": dict, "DictComp": dict, "Set": set, "SetComp": set, "Tuple": tuple, "JoinedStr": str, "GeneratorExp": types.GeneratorType, "Lambda": types.FunctionType}


def _value(shell, node):
    kind = type(node).__name__
    if kind == "Name":
        return name(shell, node.id)
    if kind == "Constant":
        return node.value
    if kind in _LITERALS:
        return Instance(_LITERALS[kind])
    if kind == "Attribute":
        obj = _value(shell, node.value)
        return MISSING if obj is MISSING else _bound(obj, node.attr, attribute(obj, node.attr))
    if kind == "Subscript":
        return _item(_value(shell, node.value), _value(shell, node.slice))
    if kind == "UnaryOp" and type(node.op).__name__ == "USub":
        number = _value(shell, node.operand)
        return -number if type(number) is int else MISSING
    if kind == "Await" or kind == "NamedExpr":
        return _value(shell, node.value)
    if kind == "Call":
        return _called(_value(shell, node.func))
    return MISSING


def _bound(obj, name, found):
    """A function of an object's class as the method that reading it gives."""
    if type(found) is not types.FunctionType or isinstance(obj, (type, Instance, types.ModuleType)) or name in namespace_of(obj):
        return found
    for cls in mro_of(type(obj)):
        if name in _dict_of(cls):
            return types.MethodType(found, obj) if _dict_of(cls)[name] is found else found
    return found


def _item(obj, key):
    if type(obj) not in (list, tuple, str, dict, bytes) or type(key) not in (int, str, bool, float, bytes):
        return MISSING
    try:
        return obj[key]
    except Exception:
        return MISSING


def _called(obj):
    if isinstance(obj, type):
        return Instance(obj)
    if isinstance(obj, (types.FunctionType, types.MethodType)):
        try:
            found = obj.__annotations__.get("return")
        except Exception:
            return MISSING
        return Instance(found) if isinstance(found, type) else MISSING
    return MISSING


def is_readable(obj):
    """False for stored things that are not what reading the attribute gives."""
    return not isinstance(obj, (property, types.GetSetDescriptorType, types.MemberDescriptorType))


def kind_of(obj):
    if isinstance(obj, type):
        return "class"
    if isinstance(obj, types.ModuleType):
        return "module"
    if not is_readable(obj):
        return "property"
    return "function" if callable(obj) else "instance"
