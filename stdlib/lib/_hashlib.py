"""OpenSSL interface for hashlib module"""
# What CPython takes from OpenSSL: HMAC and key derivation here, the hashes themselves from the native modules. Its frames are
# never shown.
from _md5 import md5 as openssl_md5
from _operator import _compare_digest as compare_digest
from _sha1 import sha1 as openssl_sha1
from _sha2 import sha224 as openssl_sha224, sha256 as openssl_sha256, sha384 as openssl_sha384, sha512 as openssl_sha512
from _sha3 import (
    sha3_224 as openssl_sha3_224, sha3_256 as openssl_sha3_256, sha3_384 as openssl_sha3_384, sha3_512 as openssl_sha3_512,
    shake_128 as openssl_shake_128, shake_256 as openssl_shake_256,
)

_MAKERS = {
    "md5": openssl_md5, "sha1": openssl_sha1, "sha224": openssl_sha224, "sha256": openssl_sha256, "sha384": openssl_sha384,
    "sha512": openssl_sha512, "sha3_224": openssl_sha3_224, "sha3_256": openssl_sha3_256, "sha3_384": openssl_sha3_384,
    "sha3_512": openssl_sha3_512, "shake_128": openssl_shake_128, "shake_256": openssl_shake_256,
}

openssl_md_meth_names = frozenset(_MAKERS)


class UnsupportedDigestmodError(ValueError):
    pass


def new(name, data=b"", *, usedforsecurity=True, string=None):
    """Return a new hash object using the named algorithm."""
    if not isinstance(name, str):
        raise TypeError(f"new() argument 'name' must be str, not {type(name).__name__}")
    try:
        made = _MAKERS[name.lower().replace("-", "_")]
    except KeyError:
        raise UnsupportedDigestmodError(f"unsupported hash type {name}") from None
    return made(data if string is None else string, usedforsecurity=usedforsecurity)


def _digest_name(digest):
    """The name of a digest that a caller of HMAC gives: itself, or one of the makers."""
    if digest is None:
        raise TypeError("Missing required parameter 'digestmod'.")
    for name, maker in _MAKERS.items():
        if digest is maker or isinstance(digest, str) and digest.lower() == name:
            return name
    raise UnsupportedDigestmodError(f"Unsupported digestmod {digest}")


class HMAC:
    """The object used to calculate HMAC of a message."""

    def __init__(self, name, inner, outer):
        self._name, self._inner, self._outer = name, inner, outer

    name = property(lambda self: f"hmac-{self._name}")
    digest_size = property(lambda self: self._inner.digest_size)
    block_size = property(lambda self: self._inner.block_size)

    def update(self, msg):
        self._inner.update(msg)

    def digest(self):
        outer = self._outer.copy()
        outer.update(self._inner.digest())
        return outer.digest()

    def hexdigest(self):
        return self.digest().hex()

    def copy(self):
        return HMAC(self._name, self._inner.copy(), self._outer.copy())

    def __repr__(self):
        return f"<{self._name} HMAC object @ {id(self):#x}>"


def hmac_new(key, msg=b"", digestmod=None):
    """Return a new hmac object."""
    name = _digest_name(digestmod)
    made = HMAC(name, *_keyed(name, bytes(key)))
    made.update(b"" if msg is None else msg)
    return made


def hmac_digest(key, msg, digest):
    """Single-shot HMAC."""
    return hmac_new(key, msg, digest).digest()


def get_fips_mode():
    return 0


def _keyed(hash_name, key):
    """The two hashes of HMAC (RFC 2104) after their first block."""
    size = new(hash_name).block_size
    if len(key) > size:
        key = new(hash_name, key).digest()
    key = key.ljust(size, b"\0")
    return [new(hash_name, bytes([b ^ mask for b in key])) for mask in (0x36, 0x5C)]


def pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None):
    """Password based key derivation function 2 (PKCS #5 v2.0) with HMAC as pseudorandom function."""
    if not isinstance(hash_name, str):
        raise TypeError(f"pbkdf2_hmac() argument 'hash_name' must be str, not {type(hash_name).__name__}")
    for x in (password, salt):
        if isinstance(x, str):
            raise TypeError(f"a bytes-like object is required, not '{type(x).__name__}'")
    password, salt = bytes(memoryview(password)), bytes(memoryview(salt))
    if hash_name not in _MAKERS:
        raise UnsupportedDigestmodError("[digital envelope routines] unsupported")
    inner, outer = _keyed(hash_name, password)
    size = inner.digest_size
    dklen = size if dklen is None else dklen
    if dklen < 1:
        raise ValueError("key length must be greater than 0.")
    if iterations < 1:
        raise ValueError("iteration value must be greater than 0.")
    derived, copy_inner, copy_outer, number = b"", inner.copy, outer.copy, int.from_bytes
    block = 0
    while len(derived) < dklen:
        block += 1
        last, mixed = salt + block.to_bytes(4), 0
        for _ in range(iterations):
            one, two = copy_inner(), copy_outer()
            one.update(last)
            two.update(one.digest())
            last = two.digest()
            mixed ^= number(last)
        derived += mixed.to_bytes(size)
    return derived[:dklen]
