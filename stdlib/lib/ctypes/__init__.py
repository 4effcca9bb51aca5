"""C data types as buffers: what shared memory needs. There are no C libraries on this machine to load or to call."""
import struct


class ArgumentError(Exception):
    """An argument that a foreign function cannot take; no foreign function is here."""


class _CType(type):
    """Type of the data types: `c_int * 3` is an array type."""

    def __mul__(cls, length):
        if not isinstance(length, int):
            raise TypeError(f"can't multiply sequence by non-int of type '{type(length).__name__}'")
        if length < 0:
            raise ValueError("Array length must be >= 0, not %d" % length)
        key = (cls, length)
        if key not in _arrays:
            _arrays[key] = _CType(f"{cls.__name__}_Array_{length}", (Array,), {"_type_": cls, "_length_": length})
        return _arrays[key]

    __rmul__ = __mul__


_arrays = {}


class _CData(metaclass=_CType):
    """Data at a place in a buffer: its own, or one it was made from."""

    def _bind(self, buffer):
        self._buffer = buffer

    @classmethod
    def from_buffer(cls, source, offset=0):
        view = memoryview(source).cast("B")
        if view.readonly:
            raise TypeError("underlying buffer is not writable")
        if offset < 0:
            raise ValueError("offset cannot be negative")
        if offset + sizeof(cls) > len(view):
            raise ValueError(f"Buffer size too small ({len(view)} instead of at least {offset + sizeof(cls)} bytes)")
        self = cls.__new__(cls)
        self._bind(view[offset:offset + sizeof(cls)])
        return self

    @classmethod
    def from_buffer_copy(cls, source, offset=0):
        return cls.from_buffer(bytearray(memoryview(source).cast("B")[offset:]))


class _SimpleCData(_CData):
    _type_ = None

    def __new__(cls, *args):
        self = super().__new__(cls)
        if cls._type_ is None:
            raise TypeError("abstract class")
        self._bind(memoryview(bytearray(struct.calcsize(cls._type_))))
        return self

    def __init__(self, value=None):
        if value is not None:
            self.value = value

    @property
    def value(self):
        return struct.unpack_from(self._type_, self._buffer)[0]

    @value.setter
    def value(self, value):
        self._buffer[:] = _packed(self._type_, value)

    def __repr__(self):
        return f"{type(self).__name__}({self.value!r})"

    def __bool__(self):
        return bool(self.value)


def _packed(code, value):
    if code in "fd":
        return struct.pack(code, value)
    if code == "c":
        if isinstance(value, int):
            value = bytes([value])
        if not isinstance(value, (bytes, bytearray)) or len(value) != 1:
            raise TypeError("one character bytes, bytearray, or an integer in range(256) expected")
        return bytes(value)
    if code == "?":
        return struct.pack("?", bool(value))
    if not isinstance(value, int):
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
    size = struct.calcsize(code)
    # C keeps the low bits.
    return (value & (1 << 8 * size) - 1).to_bytes(size, "little")


def _simple(name, code):
    return _CType(name, (_SimpleCData,), {"_type_": code, "__module__": "ctypes"})


c_char, c_bool = _simple("c_char", "c"), _simple("c_bool", "?")
c_byte, c_ubyte = _simple("c_byte", "b"), _simple("c_ubyte", "B")
c_short, c_ushort = _simple("c_short", "h"), _simple("c_ushort", "H")
c_int, c_uint = _simple("c_int", "i"), _simple("c_uint", "I")
c_long, c_ulong = _simple("c_long", "l"), _simple("c_ulong", "L")
c_float, c_double = _simple("c_float", "f"), _simple("c_double", "d")
c_longlong, c_ulonglong = c_long, c_ulong
c_int8, c_uint8, c_int16, c_uint16, c_int32, c_uint32, c_int64, c_uint64 = c_byte, c_ubyte, c_short, c_ushort, c_int, c_uint, c_long, c_ulong
c_size_t, c_ssize_t = c_ulong, c_long


class c_wchar(_SimpleCData):
    _type_ = "i"

    @property
    def value(self):
        return chr(struct.unpack_from("i", self._buffer)[0])

    @value.setter
    def value(self, value):
        if not isinstance(value, str) or len(value) != 1:
            raise TypeError("unicode string expected instead of %s instance" % type(value).__name__)
        self._buffer[:] = struct.pack("i", ord(value))


class Array(_CData):
    _length_ = 0
    _type_ = None

    def __new__(cls, *args):
        self = super().__new__(cls)
        self._bind(memoryview(bytearray(sizeof(cls))))
        return self

    def __init__(self, *values):
        if len(values) > self._length_:
            raise IndexError("invalid index")
        for i, value in enumerate(values):
            self[i] = value

    def __len__(self):
        return self._length_

    def _item(self, i):
        if i < 0:
            i += self._length_
        if not 0 <= i < self._length_:
            raise IndexError("invalid index")
        size = sizeof(self._type_)
        return self._type_.from_buffer(self._buffer[i * size:(i + 1) * size])

    def _plain(self, i):
        item = self._item(i)
        return item.value if isinstance(item, _SimpleCData) else item

    def __getitem__(self, key):
        if isinstance(key, slice):
            items = [self._plain(i) for i in range(*key.indices(self._length_))]
            return b"".join(items) if self._type_ is c_char else "".join(items) if self._type_ is c_wchar else items
        return self._plain(key.__index__())

    def __setitem__(self, key, value):
        if isinstance(key, slice):
            places = range(*key.indices(self._length_))
            if len(places) != len(value):
                raise ValueError("Can only assign sequence of same size")
            for i, v in zip(places, value):
                self[i] = v
            return
        item = self._item(key.__index__())
        if isinstance(item, _SimpleCData):
            item.value = value.value if isinstance(value, _SimpleCData) else value
        else:
            item._buffer[:] = value._buffer

    def __iter__(self):
        return (self._plain(i) for i in range(self._length_))

    @property
    def raw(self):
        return bytes(self._buffer)

    @raw.setter
    def raw(self, value):
        self._buffer[:len(value)] = bytes(value)

    @property
    def value(self):
        if self._type_ is not c_char:
            raise AttributeError("value")
        return bytes(self._buffer).partition(b"\0")[0]

    @value.setter
    def value(self, value):
        if len(value) > self._length_:
            raise ValueError("byte string too long")
        self._buffer[:len(value)] = bytes(value)
        if len(value) < self._length_:
            self._buffer[len(value)] = 0


class Structure(_CData):
    _fields_ = ()

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        at, cls._align = 0, 1
        for name, kind in cls._fields_:
            align = _alignment(kind)
            at += -at % align
            setattr(cls, name, _Field(kind, at))
            at += sizeof(kind)
            cls._align = max(cls._align, align)
        cls._size = at + -at % cls._align

    def __new__(cls, *args, **named):
        self = super().__new__(cls)
        self._bind(memoryview(bytearray(cls._size)))
        return self

    def __init__(self, *values, **named):
        if len(values) > len(self._fields_):
            raise TypeError("too many initializers")
        for (name, _), value in zip(self._fields_, values):
            setattr(self, name, value)
        for name, value in named.items():
            setattr(self, name, value)


class _Field:
    """A field of a structure: a data descriptor."""

    def __init__(self, kind, offset):
        self.kind, self.offset, self.size = kind, offset, sizeof(kind)

    def _place(self, obj):
        return self.kind.from_buffer(obj._buffer[self.offset:self.offset + self.size])

    def __get__(self, obj, owner=None):
        if obj is None:
            return self
        item = self._place(obj)
        return item.value if isinstance(item, _SimpleCData) else item

    def __set__(self, obj, value):
        item = self._place(obj)
        if isinstance(item, _SimpleCData):
            item.value = value
        else:
            item._buffer[:] = value._buffer


def _alignment(kind):
    if issubclass(kind, _SimpleCData):
        return struct.calcsize(kind._type_)
    return _alignment(kind._type_) if issubclass(kind, Array) else kind._align


def sizeof(x):
    """Size in bytes of a data type or an instance."""
    cls = x if isinstance(x, type) else type(x)
    if issubclass(cls, _SimpleCData):
        return struct.calcsize(cls._type_)
    if issubclass(cls, Array):
        return cls._length_ * sizeof(cls._type_)
    if issubclass(cls, Structure):
        return cls._size
    raise TypeError("this type has no size")


def alignment(x):
    """Alignment in bytes of a data type or an instance."""
    return _alignment(x if isinstance(x, type) else type(x))


class _Address(int):
    """Where an instance is: a number that remembers the instance."""

    _target = None


def addressof(obj):
    if not isinstance(obj, _CData):
        raise TypeError("invalid type")
    address = _Address(id(obj))
    address._target = obj
    return address


def _target(x):
    if isinstance(x, _Address):
        return x._target._buffer
    if isinstance(x, _CData):
        return x._buffer
    raise TypeError("an instance or its address is needed")


def memset(dst, c, count):
    _target(dst)[:count] = bytes([c & 255]) * count
    return dst


def memmove(dst, src, count):
    source = src if isinstance(src, (bytes, bytearray)) else _target(src)
    _target(dst)[:count] = bytes(source[:count])
    return dst


class pointer:
    """A pointer to an instance: `contents`, and item 0."""

    def __init__(self, obj):
        if not isinstance(obj, _CData):
            raise TypeError("_type_ must have storage info")
        self.contents = obj

    def __getitem__(self, i):
        if i != 0:
            raise IndexError("only item 0 is known to be there")
        return self.contents.value if isinstance(self.contents, _SimpleCData) else self.contents

    def __setitem__(self, i, value):
        if i != 0:
            raise IndexError("only item 0 is known to be there")
        self.contents._buffer[:] = value._buffer if isinstance(value, _CData) else _packed(self.contents._type_, value)


byref = pointer


def create_string_buffer(init, size=None):
    """A mutable array of c_char, from bytes or of a size."""
    if isinstance(init, bytes):
        buffer = (c_char * (len(init) + 1 if size is None else size))()
        buffer.value = init
        return buffer
    if isinstance(init, int):
        return (c_char * init)()
    raise TypeError(init)


def __getattr__(name):
    raise AttributeError(f"ctypes.{name} is not here: this machine has no C libraries to call, only C data types")
