# Containers: what their natives do in Python, because it calls back. Helpers such as `_take_items` come from `_pellucid`.


class _Once:
    # A for loop over an iterator calls iter() on it; an iterator without __iter__ is lent one here.
    def __init__(self, it):
        self.it = it

    def __iter__(self):
        return self.it


def _length_hint(x, default):
    try:
        return len(x)
    except TypeError:
        pass
    hint = getattr(type(x), "__length_hint__", None)
    if hint is None:
        return default
    try:
        n = hint(x)
    except TypeError:
        return default
    if n is NotImplemented:
        return default
    if not isinstance(n, int):
        raise TypeError(f"__length_hint__ must be an integer, not {type(n).__name__}")
    if n < 0:
        raise ValueError("__length_hint__() should return >= 0")
    return n


def list_extend(self, iterable):
    append = list.append
    it = iter(iterable)
    _list_hint(self, _length_hint(iterable, 8))
    for x in _Once(it):
        append(self, x)
    _list_trim(self)


def list_iadd(self, iterable):
    list_extend(self, iterable)
    return self


def list_repr(self):
    if not _repr_enter(self):
        return "[...]"
    try:
        parts = []
        while item := _item_at(self, len(parts)):
            parts.append(repr(item[0]))
        return "[" + ", ".join(parts) + "]"
    finally:
        _repr_leave(self)


def sequence_compare(a, b, op):
    # op: one of < <= == != > >= by number. An item's comparison may shorten both.
    i = 0
    while (x := _item_at(a, i)) and (y := _item_at(b, i)):
        if not (x[0] is y[0] or x[0] == y[0]):
            if _item_at(a, i) and _item_at(b, i):
                return op == 3 if op == 2 or op == 3 else _compare(x[0], y[0], op)
            break
        i += 1
    return _compare(_items_len(a), _items_len(b), op)


def _items_len(x):
    return list.__len__(x) if isinstance(x, list) else tuple.__len__(x)


def _compare(x, y, op):
    if op == 0:
        return x < y
    if op == 1:
        return x <= y
    if op == 2:
        return x == y
    if op == 3:
        return x != y
    return x > y if op == 4 else x >= y


def list_sort_key(self, key, reverse):
    items, room = _take_items(self)
    try:
        keys = [key(x) for x in items]
        order = _order_of(keys, reverse)
        if order is None:
            order = _merge_order(keys, reverse)
        items = [items[i] for i in order]
    finally:
        # The keys go first: their finalizers may still change the list.
        keys = None
        untouched = _put_back(self, items, room)
    if not untouched:
        raise ValueError("list modified during sort")


def list_sort(self, reverse):
    items, room = _take_items(self)
    try:
        items = [items[i] for i in _merge_order(items, reverse)]
    finally:
        untouched = _put_back(self, items, room)
    if not untouched:
        raise ValueError("list modified during sort")


def _merge_order(keys, reverse):
    # Indices in stable order. Descending order that is stable: reverse, sort ascending, reverse.
    n = len(keys)
    order = list(range(n))
    if n < 2:
        return order
    if reverse:
        order.reverse()
    runs = []
    at = 0
    least = n
    odd = 0
    while least >= 64:
        odd |= least & 1
        least >>= 1
    least += odd
    while at < n:
        end = _natural_run(keys, order, at, n)
        stop = min(n, at + least)
        if end < stop:
            _insertion(keys, order, at, end, stop)
            end = stop
        runs.append(order[at:end])
        at = end
    while len(runs) > 1:
        merged = [_merge(keys, runs[i], runs[i + 1]) for i in range(0, len(runs) - 1, 2)]
        if len(runs) % 2:
            merged.append(runs[-1])
        runs = merged
    order = runs[0]
    if reverse:
        order.reverse()
    return order


def _natural_run(keys, order, at, n):
    # The end of the ascending (or strictly descending, then turned round) run that begins here.
    end = at + 1
    if end == n:
        return end
    end += 1
    if keys[order[at + 1]] < keys[order[at]]:
        while end < n and keys[order[end]] < keys[order[end - 1]]:
            end += 1
        order[at:end] = order[at:end][::-1]
    else:
        while end < n and not keys[order[end]] < keys[order[end - 1]]:
            end += 1
    return end


def _insertion(keys, order, at, start, end):
    # Binary insertion of order[start:end] into the sorted order[at:start].
    for i in range(start, end):
        x = order[i]
        pivot = keys[x]
        low, high = at, i
        while low < high:
            middle = (low + high) >> 1
            if pivot < keys[order[middle]]:
                high = middle
            else:
                low = middle + 1
        order[low + 1:i + 1] = order[low:i]
        order[low] = x


def _merge(keys, a, b):
    out = []
    i = j = 0
    n, m = len(a), len(b)
    while i < n and j < m:
        if keys[b[j]] < keys[a[i]]:
            out.append(b[j])
            j += 1
        else:
            out.append(a[i])
            i += 1
    out += a[i:]
    out += b[j:]
    return out


def filter_next(func, it):
    while True:
        x = next(it)
        if func(x):
            return x


def filter_true(func, it):
    while True:
        x = next(it)
        if x:
            return x


def filter_from(it, x):
    while not x:
        x = next(it)
    return x


def iter_contains(iterable, value):
    for x in iterable:
        if x is value or x == value:
            return True
    return False


def iter_count(iterable, value):
    count = 0
    for x in iterable:
        if x is value or x == value:
            count += 1
    return count


def range_index(self, value):
    at = 0
    for x in self:
        if x is value or x == value:
            return at
        at += 1
    raise ValueError("sequence.index(x): x not in sequence")


def value_in(value, container):
    return value in container


def value_or(a, b):
    return a | b


def odict_update(self, args, kwargs):
    if len(args) > 1:
        raise TypeError(f"update() takes at most 1 positional argument ({len(args)} given)")
    if args:
        _odict_update_from(self, args[0])
    if kwargs is not None:
        _odict_update_from(self, kwargs)


def _odict_update_from(self, source):
    if type(source) is dict:
        for key, value in list(source.items()):
            self[key] = value
    elif hasattr(source, "keys"):
        for key in source.keys():
            self[key] = source[key]
    elif hasattr(source, "items"):
        for key, value in source.items():
            self[key] = value
    else:
        for key, value in source:
            self[key] = value


def odict_repr(self):
    name = type(self).__name__
    if not dict.__len__(self):
        return name + "()"
    if not _repr_enter(self):
        return "..."
    try:
        ordered = _native_module("_collections").OrderedDict
        shown = repr(dict(self) if type(self) is ordered else dict(self.items()))
        return f"{name}({shown})"
    finally:
        _repr_leave(self)


def odict_compare(self, other, ordered, equal):
    if not dict.__eq__(self, other):
        return not equal
    if not ordered:
        return equal
    versions = _dict_version(self), _dict_version(other)
    keys, others = list(dict.__iter__(self)), list(dict.__iter__(other))
    same = len(keys) == len(others)
    for a, b in zip(keys, others):
        here = a is b or a == b
        if versions != (_dict_version(self), _dict_version(other)):
            raise RuntimeError("OrderedDict mutated during iteration")
        if not here:
            same = False
            break
    return same == equal


def odict_merged(cls, left, right):
    new = cls(left)
    _odict_update_from(new, right)
    return new


def odict_ior(self, other):
    _odict_update_from(self, other)
    return self


def odict_reduce(self):
    return type(self), (), self.__getstate__() or None, None, iter(self.items())


def odict_copy(self):
    new = type(self)()
    if type(self) is _native_module("_collections").OrderedDict:
        for key, value in dict.items(self):
            new[key] = value
    else:
        for key in dict.__iter__(self):
            new[key] = self[key]
    return new


def dict_fromkeys(cls, iterable, value):
    d = cls()
    for key in iterable:
        d[key] = value
    return d


def dict_from(source):
    return dict(source)


def dict_merged(target, source):
    dict.update(target, source)
    return target


def dict_update_keys(self, source, kwargs):
    store = dict.__setitem__
    for key in source.keys():
        store(self, key, source[key])
    if kwargs is not None:
        dict.update(self, kwargs)


def dict_update_pairs(self, pairs, kwargs):
    store = dict.__setitem__
    i = 0
    for pair in pairs:
        if type(pair) is not tuple and type(pair) is not list:
            pair = _pair_items(pair, i)
        if len(pair) != 2:
            raise ValueError(f"dictionary update sequence element #{i} has length {len(pair)}; 2 is required")
        store(self, pair[0], pair[1])
        i += 1
    if kwargs is not None:
        dict.update(self, kwargs)


def _pair_items(pair, i):
    try:
        try:
            it = iter(pair)
        except TypeError:
            raise TypeError("object is not iterable") from None
        return list(_Once(it))
    except TypeError as e:
        e.add_note(f"Cannot convert dictionary update sequence element #{i} to a sequence")
        raise


def _view_set(x):
    return set(x)


def view_and(a, b):
    if not isinstance(a, (_dict_keys, _dict_items)):
        a, b = b, a
    size = len(a)
    if type(b) is set and size <= len(b):
        return set.intersection(b, a)
    if isinstance(b, (_dict_keys, _dict_items)) and len(b) > size:
        a, b = b, a
    out = set()
    for x in b:
        if x in a:
            out.add(x)
    return out


def view_or(a, b):
    out = _view_set(a)
    out.update(b)
    return out


def view_sub(a, b):
    out = _view_set(a)
    out.difference_update(b)
    return out


def view_xor(a, b):
    if type(a) is _dict_items and type(b) is _dict_items:
        return _items_xor(a, b)
    out = _view_set(a)
    out.symmetric_difference_update(b)
    return out


def _items_xor(a, b):
    other = dict(b)
    out = set()
    for key, value in a:
        if key in other:
            w = other.pop(key)
            if not (w is value or w == value):
                out.add((key, w))
                out.add((key, value))
        else:
            out.add((key, value))
    for pair in other.items():
        out.add(pair)
    return out


def view_isdisjoint(a, b):
    if a is b:
        return len(a) == 0
    if isinstance(b, (set, frozenset, _dict_keys, _dict_items)) and len(b) > len(a):
        a, b = b, a
    for x in b:
        if x in a:
            return False
    return True


def _all_in(a, b):
    for x in a:
        if x not in b:
            return False
    return True


def view_eq(a, b):
    return len(a) == len(b) and _all_in(a, b)


def view_ne(a, b):
    return not (len(a) == len(b) and _all_in(a, b))


def view_lt(a, b):
    return len(a) < len(b) and _all_in(a, b)


def view_le(a, b):
    return len(a) <= len(b) and _all_in(a, b)


def view_gt(a, b):
    return len(a) > len(b) and _all_in(b, a)


def view_ge(a, b):
    return len(a) >= len(b) and _all_in(b, a)


_dict_keys = type({}.keys())
_dict_items = type({}.items())


def set_update(self, iterable):
    add = set.add
    for x in iterable:
        add(self, x)


def set_update_many(self, others):
    for other in others:
        set.update(self, other)


def set_difference_many(self, others):
    for other in others:
        set.difference_update(self, other)


def set_from(iterable):
    out = set()
    for x in iterable:
        out.add(x)
    return out


def count_elements(mapping, iterable):
    get = mapping.get
    for x in iterable:
        mapping[x] = get(x, 0) + 1


def deque_find(self, value, start, stop, failure):
    """The index of the first equal item between two positions, or -1; `failure` is raised when a comparison changes the deque."""
    i = 0
    it = _native_module("_collections").deque.__iter__(self)
    try:
        for x in it:
            if start <= i < stop and (x is value or x == value):
                return i
            i += 1
    except RuntimeError as e:
        if failure is not None and e.args == ("deque mutated during iteration",):
            raise failure from None
        raise
    return -1


def deque_contains(self, value):
    return deque_find(self, value, 0, len(self), None) >= 0


def deque_index(self, value, start, stop):
    i = deque_find(self, value, start, stop, None)
    if i < 0:
        raise ValueError("deque.index(x): x not in deque")
    return i


def deque_remove(self, value):
    i = deque_find(self, value, 0, len(self), IndexError("deque mutated during remove()."))
    if i < 0:
        raise ValueError("deque.remove(x): x not in deque")
    _native_module("_collections").deque.__delitem__(self, i)


def deque_count(self, value):
    n = 0
    for x in _native_module("_collections").deque.__iter__(self):
        if x is value or x == value:
            n += 1
    return n


def deque_extend(self, iterable):
    append = self.append
    for x in iterable:
        append(x)


def deque_extendleft(self, iterable):
    append = self.appendleft
    for x in iterable:
        append(x)


def deque_iadd(self, iterable):
    self.extend(iterable)
    return self


# Heaps of what only Python can compare. Each loop is there twice, for the smallest and for the largest on top: a function
# that compares would cost a call at each step.
def _down(heap, start, at):
    item = heap[at]
    while at > start:
        parent = (at - 1) >> 1
        above = heap[parent]
        if not item < above:
            break
        heap[at] = above
        at = parent
    heap[at] = item


def _up(heap, at):
    end = len(heap)
    start = at
    item = heap[at]
    child = 2 * at + 1
    while child < end:
        here = heap[child]
        right = child + 1
        if right < end:
            other = heap[right]
            if not here < other:
                child = right
                # A comparison may have changed the list.
                here = heap[child]
        heap[at] = here
        at = child
        child = 2 * at + 1
    heap[at] = item
    _down(heap, start, at)


def _down_max(heap, start, at):
    item = heap[at]
    while at > start:
        parent = (at - 1) >> 1
        above = heap[parent]
        if not above < item:
            break
        heap[at] = above
        at = parent
    heap[at] = item


def _up_max(heap, at):
    end = len(heap)
    start = at
    item = heap[at]
    child = 2 * at + 1
    while child < end:
        right = child + 1
        if right < end and not heap[right] < heap[child]:
            child = right
        heap[at] = heap[child]
        at = child
        child = 2 * at + 1
    heap[at] = item
    _down_max(heap, start, at)


def heappush(heap, item):
    heap.append(item)
    _down(heap, 0, len(heap) - 1)


def heappop(heap):
    last = heap.pop()
    if heap:
        last, heap[0] = heap[0], last
        _up(heap, 0)
    return last


def heapify(heap):
    for i in range(len(heap) // 2 - 1, -1, -1):
        _up(heap, i)


def heapreplace(heap, item):
    top = heap[0]
    heap[0] = item
    _up(heap, 0)
    return top


def heappushpop(heap, item):
    if heap and heap[0] < item:
        return heapreplace(heap, item)
    return item


def heappush_max(heap, item):
    heap.append(item)
    _down_max(heap, 0, len(heap) - 1)


def heappop_max(heap):
    last = heap.pop()
    if heap:
        last, heap[0] = heap[0], last
        _up_max(heap, 0)
    return last


def heapify_max(heap):
    for i in range(len(heap) // 2 - 1, -1, -1):
        _up_max(heap, i)


def heapreplace_max(heap, item):
    top = heap[0]
    heap[0] = item
    _up_max(heap, 0)
    return top


def heappushpop_max(heap, item):
    if heap and item < heap[0]:
        return heapreplace_max(heap, item)
    return item


def bisect_right(a, x, lo, hi, key):
    if hi is None:
        hi = len(a)
    while lo < hi:
        middle = (lo + hi) // 2
        item = a[middle] if key is None else key(a[middle])
        if x < item:
            hi = middle
        else:
            lo = middle + 1
    return lo


def bisect_left(a, x, lo, hi, key):
    if hi is None:
        hi = len(a)
    while lo < hi:
        middle = (lo + hi) // 2
        item = a[middle] if key is None else key(a[middle])
        if item < x:
            lo = middle + 1
        else:
            hi = middle
    return lo


def insort_right(a, x, lo, hi, key):
    at = bisect_right(a, x if key is None else key(x), lo, hi, key)
    a.insert(at, x)


def insort_left(a, x, lo, hi, key):
    at = bisect_left(a, x if key is None else key(x), lo, hi, key)
    a.insert(at, x)
