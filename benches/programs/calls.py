# Calls: recursion, defaults, keywords, *args, closures.
def tree(n):
    return 1 if n < 2 else tree(n - 1) + tree(n - 2)


def area(width, height=2, *, scale=1):
    return width * height * scale


def total(*numbers, **more):
    return len(numbers) + len(more)


def counter():
    n = 0

    def step():
        nonlocal n
        n += 1
        return n

    return step


step = counter()
found = 0
for i in range(60000):
    found += area(i) + area(i, 3, scale=2) + total(i, i, key=i) + step()
print(tree(24), found)
