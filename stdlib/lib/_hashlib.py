"""OpenSSL interface for hashlib module"""
# Key derivation, which CPython takes from OpenSSL. All hashes are those of the native modules: `new` refuses each name, and
# `hashlib` and `hmac` then take theirs. Its frames are never shown.
from _operator import _compare_digest as compare_digest

openssl_md_meth_names = frozenset(
    "blake2b512 blake2s256 md5 sha1 sha224 sha256 sha384 sha3_224 sha3_256 sha3_384 sha3_512 sha512 shake_128 shake_256".split()
)


class UnsupportedDigestmodError(ValueError):
    pass


def new(name, data=b"", *, usedforsecurity=True, string=None):
    raise UnsupportedDigestmodError(f"unsupported hash type {name}")


def openssl_sha256(data=b"", **options):
    # `hmac` asks for this one's type, `hashlib` whether it works.
    return new("sha256")


def hmac_new(key, msg=b"", digestmod=None):
    raise UnsupportedDigestmodError(f"unsupported digest type: {digestmod}")


def hmac_digest(key, msg, digest):
    raise UnsupportedDigestmodError(f"unsupported digest type: {digest}")


def get_fips_mode():
    return 0


def _keyed(hash_name, key):
    """The two hashes of HMAC (RFC 2104) after their first block."""
    import hashlib

    plain = hashlib.new(hash_name)
    if len(key) > plain.block_size:
        key = hashlib.new(hash_name, key).digest()
    key = key.ljust(plain.block_size, b"\0")
    return [hashlib.new(hash_name, bytes(b ^ mask for b in key)) for mask in (0x36, 0x5C)]


def pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None):
    """Password based key derivation function 2 (PKCS #5 v2.0) with HMAC as pseudorandom function."""
    if not isinstance(hash_name, str):
        raise TypeError(f"pbkdf2_hmac() argument 'hash_name' must be str, not {type(hash_name).__name__}")
    password, salt = bytes(memoryview(password)), bytes(memoryview(salt))
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
