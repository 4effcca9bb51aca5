# Generators and comprehensions: pipelines, yield from, send, sums.
def squares(n):
    for i in range(n):
        yield i * i


def flatten(tree):
    for node in tree:
        if isinstance(node, list):
            yield from flatten(node)
        else:
            yield node


def averager():
    total, count, value = 0, 0, None
    while True:
        x = yield value
        total += x
        count += 1
        value = total / count


nested = [[i, [i + 1, [i + 2]]] for i in range(8000)]
mean = averager()
next(mean)
for x in range(60000):
    last = mean.send(x)
print(sum(s for s in squares(150000) if s & 1), sum(flatten(nested)), last, any(x > 149990 for x in range(150000)))
