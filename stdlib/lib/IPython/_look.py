"""Looking at live objects without running their code: attributes come from namespaces, never through descriptors."""
import builtins
import types

MISSING = object()
_dict_of = type.__dict__["__dict__"].__get__


def namespace_of(obj):
    """An object's own namespace, or an empty dict."""
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
    for cls in mro_of(type(obj)):
        if name in _dict_of(cls):
            return _plain(_dict_of(cls)[name])
    return MISSING


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
    for cls in mro_of(obj if isinstance(obj, type) else type(obj)):
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
