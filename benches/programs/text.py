# Strings: building, splitting, formatting, counting letters.
text = "the quick brown fox jumps over the lazy dog " * 40
letters = {}
for ch in text * 20:
    letters[ch] = letters.get(ch, 0) + 1
lines = []
for i in range(40000):
    lines.append(f"{i:05d} {i * 0.5:.2f} {'odd' if i & 1 else 'even'}")
words = " ".join(lines).split()
longest = max(words, key=len)
print(sorted(letters.items())[:4], len(words), longest, text.replace("fox", "cat").count("cat"), "%s-%d" % (longest, len(lines)))
