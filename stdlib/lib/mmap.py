"""Memory-mapped files: bytes that processes share. A file shows changes made here after `flush` or `close`."""
import os
from _mmap import Segment as _Segment

error = OSError
PAGESIZE = ALLOCATIONGRANULARITY = 4096
PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4
MAP_SHARED, MAP_PRIVATE, MAP_FIXED, MAP_ANON, MAP_ANONYMOUS = 1, 2, 16, 32, 32
MAP_DENYWRITE, MAP_EXECUTABLE, MAP_POPULATE, MAP_STACK, MAP_NORESERVE = 2048, 4096, 32768, 131072, 16384
ACCESS_DEFAULT, ACCESS_READ, ACCESS_WRITE, ACCESS_COPY = 0, 1, 2, 3
MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED = 0, 1, 2, 3, 4


class mmap(_Segment):
    """A mapping of `length` bytes of an open file, or of fresh memory when `fileno` is -1."""

    def __new__(cls, fileno, length, flags=MAP_SHARED, prot=PROT_READ | PROT_WRITE, access=ACCESS_DEFAULT, offset=0, *, trackfd=True):
        if length < 0:
            raise OverflowError("memory mapped length must be positive")
        if offset < 0:
            raise OverflowError("memory mapped offset must be positive")
        if access not in (ACCESS_DEFAULT, ACCESS_READ, ACCESS_WRITE, ACCESS_COPY):
            raise ValueError("mmap invalid access parameter.")
        if access and (flags != MAP_SHARED or prot != PROT_READ | PROT_WRITE):
            raise ValueError("mmap can't specify both access and flags, prot.")
        if offset % ALLOCATIONGRANULARITY:
            raise OSError(22, "Invalid argument")
        size = length
        if fileno != -1:
            there = os.fstat(fileno).st_size
            if length == 0:
                if there == 0:
                    raise ValueError("cannot mmap an empty file")
                if offset >= there:
                    raise ValueError("mmap offset is greater than file size")
                length = there - offset
            elif offset + length > there:
                raise ValueError("mmap length is greater than file size")
            size = offset + length
        readonly = access == ACCESS_READ or not (prot & PROT_WRITE)
        private = access == ACCESS_COPY or bool(flags & MAP_PRIVATE)
        self = _Segment.__new__(cls, fileno, size, readonly, private)
        self._view = memoryview(self)[offset:offset + length]
        self._at, self._writes, self._stored = 0, not readonly, fileno != -1 and not private
        return self

    def _bytes(self):
        if self._view is None:
            raise ValueError("mmap closed or invalid")
        return self._view

    def _writable(self):
        view = self._bytes()
        if not self._writes:
            raise TypeError("mmap can't modify a readonly memory map.")
        return view

    @property
    def closed(self):
        return self._view is None

    def close(self):
        if self._view is not None:
            if self._stored and self._writes:
                self._store()
            self._view.release()
            self._view = None

    def flush(self, offset=0, size=None):
        view = self._bytes()
        size = len(view) - offset if size is None else size
        if offset < 0 or size < 0 or offset + size > len(view):
            raise ValueError("flush values out of range")
        if self._stored and self._writes:
            self._store()

    def __len__(self):
        return len(self._bytes())

    def __getitem__(self, key):
        view = self._bytes()
        if isinstance(key, slice):
            return bytes(view[key])
        try:
            return view[key]
        except IndexError:
            raise IndexError("mmap index out of range") from None

    def __setitem__(self, key, value):
        view = self._writable()
        if isinstance(key, slice):
            if len(range(*key.indices(len(view)))) != len(value):
                raise IndexError("mmap slice assignment is wrong size")
            view[key] = bytes(value)
            return
        if not isinstance(value, int):
            raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
        if not 0 <= value < 256:
            raise ValueError("mmap item value must be in range(0, 256)")
        try:
            view[key] = value
        except IndexError:
            raise IndexError("mmap index out of range") from None

    def __iter__(self):
        view = self._bytes()
        return (bytes(view[i:i + 1]) for i in range(len(view)))

    def __contains__(self, item):
        return self.find(bytes([item]) if isinstance(item, int) else item, 0) >= 0

    def read(self, n=None):
        view = self._bytes()
        end = len(view) if n is None or n < 0 else min(len(view), self._at + n)
        data = bytes(view[self._at:end])
        self._at = max(self._at, end)
        return data

    def read_byte(self):
        view = self._bytes()
        if self._at >= len(view):
            raise ValueError("read byte out of range")
        self._at += 1
        return view[self._at - 1]

    def readline(self):
        view = self._bytes()
        end = self.find(b"\n", self._at)
        end = len(view) if end < 0 else end + 1
        data = bytes(view[self._at:end])
        self._at = end
        return data

    def write(self, data):
        view = self._writable()
        data = bytes(data)
        if self._at + len(data) > len(view):
            raise ValueError("data out of range")
        view[self._at:self._at + len(data)] = data
        self._at += len(data)
        return len(data)

    def write_byte(self, value):
        view = self._writable()
        if self._at >= len(view):
            raise ValueError("write byte out of range")
        view[self._at] = value
        self._at += 1

    def seek(self, pos, whence=0):
        size = len(self._bytes())
        if whence not in (0, 1, 2):
            raise ValueError("unknown seek type")
        at = pos + (0, self._at, size)[whence]
        if not 0 <= at <= size:
            raise ValueError("seek out of range")
        self._at = at
        return at

    def seekable(self):
        return True

    def tell(self):
        self._bytes()
        return self._at

    def size(self):
        return len(self._bytes())

    def find(self, view, start=None, end=None):
        return bytes(self._bytes()).find(view, self._at if start is None else start, end)

    def rfind(self, view, start=None, end=None):
        return bytes(self._bytes()).rfind(view, self._at if start is None else start, end)

    def move(self, dest, src, count):
        view = self._writable()
        if dest < 0 or src < 0 or count < 0 or max(dest, src) + count > len(view):
            raise ValueError("source, destination, or count out of range")
        view[dest:dest + count] = bytes(view[src:src + count])

    def resize(self, newsize):
        raise SystemError("mmap: resizing not available--no mremap()")

    def madvise(self, option, start=0, length=None):
        self._bytes()

    def __enter__(self):
        self._bytes()
        return self

    def __exit__(self, *exc):
        self.close()

    def __repr__(self):
        if self.closed:
            return "<mmap.mmap closed=True>"
        access = "ACCESS_DEFAULT" if self._writes else "ACCESS_READ"
        return f"<mmap.mmap closed=False, access={access}, length={len(self)}, pos={self._at}, offset=0>"
