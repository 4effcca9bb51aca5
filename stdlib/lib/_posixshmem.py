"""POSIX shared memory: named files under /dev/shm, which `mmap` maps."""
import os


def _place(path):
    name = path.removeprefix("/")
    if not name or "/" in name:
        raise OSError(22, "Invalid argument", path)
    return "/dev/shm/" + name


def shm_open(path, flags, mode=0o777):
    """A descriptor of a shared memory object."""
    try:
        return os.open(_place(path), flags | os.O_CLOEXEC, mode)
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None


def shm_unlink(path):
    """Take the name of a shared memory object away."""
    try:
        os.unlink(_place(path))
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None
