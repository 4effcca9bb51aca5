# Abstract base classes (PEP 3119): what the module `_abc` does. Each class keeps weak references to those that were registered
# with it and, as caches, to those whose answer is known.

_abc_ref = None  # weakref.ref, once there is an abstract class.
_abc_counter = 0  # Registrations so far: an older negative cache is worth nothing.
_ABC_KINDS = (1 << 5) | (1 << 6)  # Sequence and mapping, as `__abc_tpflags__` writes them.


class _abc_data:
    """The caches and the registry of one abstract class."""

    __slots__ = ("registry", "cache", "negative", "version")


_abc_data.__module__ = "_abc"


def _abc_discard(home, seen):
    known = home()
    if known is not None:
        known.discard(seen)


def _abc_add(known, cls):
    # The callback knows the set weakly: a set that is given up dies at once, without the collector.
    known.add(_abc_ref(cls, _abc_discard.__get__(_abc_ref(known))))


def _abc_state(cls):
    state = cls._abc_impl
    if type(state) is not _abc_data:
        raise TypeError("_abc_impl is set to a wrong type")
    return state


def abc_init(cls):
    global _abc_ref
    if _abc_ref is None:
        _abc_ref = _native_module("_weakref").ref
    abstracts = set()
    for name, value in list(_type_dict(cls).items()):
        if getattr(value, "__isabstractmethod__", False):
            abstracts.add(name)
    for base in cls.__bases__:
        for name in getattr(base, "__abstractmethods__", ()):
            if getattr(getattr(cls, name, None), "__isabstractmethod__", False):
                abstracts.add(name)
    cls.__abstractmethods__ = frozenset(abstracts)
    state = _abc_data()
    state.registry, state.cache, state.negative, state.version = set(), set(), set(), _abc_counter
    cls._abc_impl = state
    kinds = _type_dict(cls).get("__abc_tpflags__")
    if type(kinds) is int:
        kinds &= _ABC_KINDS
        if kinds == _ABC_KINDS:
            raise TypeError("__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING")
        _set_match_kind(cls, kinds)
        del cls.__abc_tpflags__


def abc_register(cls, subclass):
    global _abc_counter
    if not _is_type(subclass):
        raise TypeError("Can only register classes")
    if issubclass(subclass, cls):
        return subclass
    # Behind the first check: registering a class with itself is no cycle.
    if issubclass(cls, subclass):
        raise RuntimeError("Refusing to create an inheritance cycle")
    _abc_add(_abc_state(cls).registry, subclass)
    _abc_counter += 1
    kinds = _match_kind(cls)
    if kinds:
        _abc_spread(subclass, kinds)
    return subclass


def _abc_spread(cls, kinds):
    if _has_flag(cls, 2) and _match_kind(cls) != kinds:
        _set_match_kind(cls, kinds)
        for sub in type.__subclasses__(cls):
            _abc_spread(sub, kinds)


def abc_instancecheck(cls, instance):
    state = _abc_state(cls)
    subclass = instance.__class__
    seen = _abc_ref(subclass) if _is_type(subclass) else None
    if seen is not None and seen in state.cache:
        return True
    subtype = type(instance)
    if subtype is subclass:
        if state.version == _abc_counter and seen in state.negative:
            return False
        return cls.__subclasscheck__(subclass)
    return cls.__subclasscheck__(subclass) or cls.__subclasscheck__(subtype)


def abc_subclasscheck(cls, subclass):
    if not _is_type(subclass):
        raise TypeError("issubclass() arg 1 must be a class")
    state = _abc_state(cls)
    seen = _abc_ref(subclass)
    if seen in state.cache:
        return True
    if state.version < _abc_counter:
        state.negative, state.version = set(), _abc_counter
    elif seen in state.negative:
        return False
    ok = cls.__subclasshook__(subclass)
    if ok is True:
        _abc_add(state.cache, subclass)
        return True
    if ok is False:
        _abc_add(state.negative, subclass)
        return False
    if ok is not NotImplemented:
        raise AssertionError("__subclasshook__ must return either False, True, or NotImplemented")
    if cls in type.__dict__["__mro__"].__get__(subclass):
        _abc_add(state.cache, subclass)
        return True
    for entry in list(state.registry):
        registered = entry()
        if registered is not None and (registered is subclass or issubclass(subclass, registered)):
            _abc_add(state.cache, subclass)
            return True
    subclasses = cls.__subclasses__()
    if not isinstance(subclasses, list):
        raise TypeError("__subclasses__() must return a list")
    for sub in subclasses:
        if issubclass(subclass, sub):
            _abc_add(state.cache, subclass)
            return True
    _abc_add(state.negative, subclass)
    return False


def abc_get_dump(cls):
    state = _abc_state(cls)
    return set(state.registry), set(state.cache), set(state.negative), state.version


def abc_reset_registry(cls):
    _abc_state(cls).registry.clear()


def abc_reset_caches(cls):
    state = _abc_state(cls)
    state.cache.clear()
    state.negative.clear()


def abc_cache_token():
    return _abc_counter
