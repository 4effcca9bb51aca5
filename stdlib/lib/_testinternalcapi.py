"""What programs ask about the layout of objects beyond `sys.getsizeof`, and about the stack (CPython's module of this name has
much more)."""
import sys

# Bytes in front of an object that the garbage collector knows of, and of one with a `__dict__` or weak references.
SIZEOF_PYGC_HEAD = 16
SIZEOF_MANAGED_PRE_HEADER = 16
SIZEOF_PYOBJECT = 16
# Runs of an instruction before it is specialised.
SPECIALIZATION_THRESHOLD = 1


def get_recursion_depth():
    """Number of Python frames on the stack, with the caller's."""
    depth = 0
    frame = sys._getframe(1)
    while frame is not None:
        depth += 1
        frame = frame.f_back
    return depth
