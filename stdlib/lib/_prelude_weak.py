# Weak proxies: every operation goes to the referent, or raises ReferenceError once it is dead.


def _alive(proxy):
    obj = object.__getattribute__(proxy, "_ref")()
    if obj is None:
        raise ReferenceError("weakly-referenced object no longer exists")
    return obj


class ProxyType:
    __slots__ = ("_ref", "__weakref__")
    __module__ = "weakref"
    __hash__ = None

    def __getattribute__(self, name):
        return getattr(_alive(self), name)

    def __setattr__(self, name, value):
        setattr(_alive(self), name, value)

    def __delattr__(self, name):
        delattr(_alive(self), name)

    def __repr__(self):
        obj = object.__getattribute__(self, "_ref")()
        return f"<weakproxy at {id(self):#x}; to '{type(obj).__name__}' at {id(obj):#x}>"

    def __str__(self):
        return str(_alive(self))

    def __bool__(self):
        return bool(_alive(self))

    def __len__(self):
        return len(_alive(self))

    def __iter__(self):
        return iter(_alive(self))

    def __next__(self):
        return next(_alive(self))

    def __contains__(self, x):
        return x in _alive(self)

    def __getitem__(self, key):
        return _alive(self)[key]

    def __setitem__(self, key, value):
        _alive(self)[key] = value

    def __delitem__(self, key):
        del _alive(self)[key]


class CallableProxyType(ProxyType):
    __slots__ = ()
    __module__ = "weakref"

    def __call__(self, *args, **kwargs):
        return _alive(self)(*args, **kwargs)


def _unproxied(x):
    return _alive(x) if _real_type(x) in (ProxyType, CallableProxyType) else x


def _add_operators():
    global _proxy_ref
    import _operator as operator
    import _weakref

    class _proxy_ref(_weakref.ref):
        """What a proxy without a callback holds; knows its proxy, so that it can be shared."""

        __slots__ = ("proxy",)

    def binary(f):
        return lambda self, other: f(_alive(self), _unproxied(other)), lambda self, other: f(_unproxied(other), _alive(self))

    for name in ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and", "or", "xor"):
        f = getattr(operator, name + "_" if name in ("and", "or") else name)
        forward, backward = binary(f)
        setattr(ProxyType, f"__{name}__", forward)
        setattr(ProxyType, f"__r{name}__", backward)
        inplace = getattr(operator, "i" + name)
        setattr(ProxyType, f"__i{name}__", lambda self, other, inplace=inplace: inplace(_alive(self), _unproxied(other)))
    for name in ("lt", "le", "eq", "ne", "gt", "ge"):
        setattr(ProxyType, f"__{name}__", binary(getattr(operator, name))[0])
    ProxyType.__reversed__ = lambda self: reversed(_alive(self))
    ProxyType.__bytes__ = lambda self: bytes(_alive(self))
    for name in ("neg", "pos", "abs", "invert", "index"):
        f = getattr(operator, name)
        setattr(ProxyType, f"__{name}__", lambda self, f=f: f(_alive(self)))
    for name, f in (("int", int), ("float", float)):
        setattr(ProxyType, f"__{name}__", lambda self, f=f: f(_alive(self)))


_ready = False


def weak_proxy(obj, callback):
    global _ready
    if not _ready:
        _ready = True
        _add_operators()
    import _weakref

    kind = CallableProxyType if callable(obj) else ProxyType
    if callback is None:
        # One proxy without a callback serves all.
        for r in _weakref.getweakrefs(obj):
            shared = r.proxy() if type(r) is _proxy_ref else None
            if shared is not None:
                return shared
    proxy = object.__new__(kind)
    me = _weakref.ref(proxy)
    if callback is None:
        ref = _proxy_ref(obj)
        ref.proxy = me
    else:
        ref = _weakref.ref(obj, lambda _: callback(me()) if me() is not None else None)
    object.__setattr__(proxy, "_ref", ref)
    return proxy


def weakref_name(obj):
    """The name that a weak reference shows of its referent, or None."""
    try:
        name = getattr(obj, "__name__", None)
    except Exception:
        return None
    return name if isinstance(name, str) else None
