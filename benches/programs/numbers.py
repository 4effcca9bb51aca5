# Arithmetic in loops: Collatz lengths, a float integral, big integers.
def collatz(limit):
    best = (0, 0)
    for start in range(1, limit):
        n, length = start, 1
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            length += 1
        best = max(best, (length, start))
    return best


def integral(steps):
    h = 1.0 / steps
    s = 0.0
    for k in range(steps):
        x = (k + 0.5) * h
        s += 4.0 / (1.0 + x * x)
    return s * h


big = 1
for k in range(1, 800):
    big *= k
print(collatz(12000), round(integral(300000), 9), len(str(big)))
