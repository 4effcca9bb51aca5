# Exceptions and with: raised and caught in loops, through several frames, with finally.
class Missing(KeyError):
    pass


class Guard:
    def __init__(self):
        self.entered = 0

    def __enter__(self):
        self.entered += 1
        return self

    def __exit__(self, kind, value, traceback):
        return kind is Missing


def find(table, key):
    try:
        return table[key]
    except KeyError:
        raise Missing(key) from None


table = {i: i for i in range(0, 100, 2)}
guard, found, ended = Guard(), 0, 0
for i in range(60000):
    with guard:
        try:
            found += find(table, i % 100)
        finally:
            ended += 1
print(found, ended, guard.entered)
