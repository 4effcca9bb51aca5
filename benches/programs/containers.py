# Lists, dicts, sets, tuples: a sieve, word counts, a grid, sorting by key.
def sieve(limit):
    marks = [True] * limit
    for i in range(2, int(limit**0.5) + 1):
        if marks[i]:
            for j in range(i * i, limit, i):
                marks[j] = False
    return [i for i in range(2, limit) if marks[i]]


def counts(words):
    seen = {}
    for word in words:
        seen[word] = seen.get(word, 0) + 1
    return sorted(seen.items(), key=lambda pair: (-pair[1], pair[0]))[:3]


words = [f"w{i * i % 257}" for i in range(80000)]
grid = [[x * y for x in range(40)] for y in range(40)]
for _ in range(30):
    for row in grid:
        for i, value in enumerate(row):
            row[i] = value + 1
pairs = {(a, b) for a, b in zip(range(30000), range(30000, 0, -1)) if (a ^ b) & 3}
print(len(sieve(200000)), counts(words), grid[7][9], len(pairs))
