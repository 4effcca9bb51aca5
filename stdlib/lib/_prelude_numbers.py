"""Python halves of the natives about numbers, itertools, functools and operator: the operators, loops over user objects."""


def numbers_warn_deprecated(message):
    import warnings
    warnings.warn(message, DeprecationWarning, stacklevel=2)


def math_prod(total, items):
    for x in items:
        total = total * x
    return total


def math_sumprod(total, p, q):
    for x, y in zip(p, q):
        total = total + x * y
    return total


def functools_reduce(function, iterable, *initial):
    try:
        items = iter(iterable)
    except TypeError:
        if hasattr(type(iterable), '__iter__'):
            raise
        raise TypeError('reduce() arg 2 must support iteration') from None
    if initial:
        value, = initial
    else:
        for value in items:
            break
        else:
            raise TypeError('reduce() of empty iterable with no initial value')
    for x in items:
        value = function(value, x)
    return value


def functools_lru_miss(store, function, args, kwargs):
    result = function(*args, **kwargs)
    store(result)
    return result


def itertools_take(iterator, n):
    taken = []
    while len(taken) < n:
        try:
            taken.append(next(iterator))
        except StopIteration:
            break
    return taken


def operator_add(a, b):
    return a + b


def operator_and(a, b):
    return a & b


def operator_floordiv(a, b):
    return a // b


def operator_lshift(a, b):
    return a << b


def operator_matmul(a, b):
    return a @ b


def operator_mod(a, b):
    return a % b


def operator_mul(a, b):
    return a * b


def operator_or(a, b):
    return a | b


def operator_pow(a, b):
    return a ** b


def operator_rshift(a, b):
    return a >> b


def operator_sub(a, b):
    return a - b


def operator_truediv(a, b):
    return a / b


def operator_xor(a, b):
    return a ^ b


def operator_iadd(a, b):
    a += b
    return a


def operator_iand(a, b):
    a &= b
    return a


def operator_ifloordiv(a, b):
    a //= b
    return a


def operator_ilshift(a, b):
    a <<= b
    return a


def operator_imatmul(a, b):
    a @= b
    return a


def operator_imod(a, b):
    a %= b
    return a


def operator_imul(a, b):
    a *= b
    return a


def operator_ior(a, b):
    a |= b
    return a


def operator_ipow(a, b):
    a **= b
    return a


def operator_irshift(a, b):
    a >>= b
    return a


def operator_isub(a, b):
    a -= b
    return a


def operator_itruediv(a, b):
    a /= b
    return a


def operator_ixor(a, b):
    a ^= b
    return a


def operator_neg(a):
    return -a


def operator_pos(a):
    return +a


def operator_abs(a):
    return abs(a)


def operator_invert(a):
    return ~a


def operator_contains(a, b):
    return b in a


def operator_concat(a, b):
    if not hasattr(type(a), '__getitem__'):
        raise TypeError(f"'{type(a).__name__}' object can't be concatenated")
    return a + b


def operator_iconcat(a, b):
    if not hasattr(type(a), '__getitem__'):
        raise TypeError(f"'{type(a).__name__}' object can't be concatenated")
    a += b
    return a


def operator_items(a):
    try:
        return iter(a)
    except TypeError:
        if hasattr(type(a), '__iter__'):
            raise
        raise TypeError(f"argument of type '{type(a).__name__}' is not iterable") from None


def operator_count_of(a, b):
    count = 0
    for x in operator_items(a):
        if x is b or x == b:
            count += 1
    return count


def operator_index_of(a, b):
    index = 0
    for x in operator_items(a):
        if x is b or x == b:
            return index
        index += 1
    raise ValueError('sequence.index(x): x not in sequence')


def operator_getitem(a, b):
    return a[b]


def operator_getitems(a, keys):
    return tuple([a[k] for k in keys])


def operator_setitem(a, b, c):
    a[b] = c


def operator_delitem(a, b):
    del a[b]


def operator_length_hint(obj, default):
    if hasattr(type(obj), '__len__'):
        try:
            return len(obj)
        except TypeError:
            pass
    try:
        hint = type(obj).__length_hint__
    except AttributeError:
        return default
    try:
        value = hint(obj)
    except TypeError:
        return default
    if value is NotImplemented:
        return default
    if not isinstance(value, int):
        raise TypeError(f'__length_hint__ must be an integer, not {type(value).__name__}')
    if value < 0:
        raise ValueError('__length_hint__() should return >= 0')
    return value
