"""What programs ask about the layout of objects beyond `sys.getsizeof` (CPython's module of this name has much more)."""

# Bytes in front of an object that the garbage collector knows of, and of one with a `__dict__` or weak references.
SIZEOF_PYGC_HEAD = 16
SIZEOF_MANAGED_PRE_HEADER = 16
SIZEOF_PYOBJECT = 16
