"""Draws the kernel's logos: a clear lens over the chevron of Python's prompt. Run in this folder, writes three files."""
import math
import struct
import zlib

BLUE, PALE, WHITE = (0x1F, 0x5F, 0x8B), (0xD6, 0xEA, 0xF5), (0xFF, 0xFF, 0xFF)
# In a square of 64: rim, glass, handle and chevron.
CENTRE, RIM, GLASS = (27.0, 27.0), 21.0, 16.5
HANDLE = ((42.5, 42.5), (57.0, 57.0), 4.5)
CHEVRON = [((22.0, 19.0), (31.0, 27.0), 2.4), ((31.0, 27.0), (22.0, 35.0), 2.4)]


def near(p, line):
    (ax, ay), (bx, by), half = line
    dx, dy = bx - ax, by - ay
    t = max(0.0, min(1.0, ((p[0] - ax) * dx + (p[1] - ay) * dy) / (dx * dx + dy * dy)))
    return math.hypot(p[0] - ax - t * dx, p[1] - ay - t * dy) <= half


def colour(p):
    r = math.hypot(p[0] - CENTRE[0], p[1] - CENTRE[1])
    if any(near(p, c) for c in CHEVRON):
        return (*BLUE, 255)
    if r <= GLASS:
        return (*PALE, 255)
    if r <= RIM or near(p, HANDLE):
        return (*BLUE, 255)
    return (*WHITE, 0)


def pixel(x, y, scale, n=4):
    """The mean of n × n samples, colours weighted by their opacity."""
    total = [0.0] * 4
    for i in range(n):
        for j in range(n):
            r, g, b, a = colour(((x + (i + 0.5) / n) * scale, (y + (j + 0.5) / n) * scale))
            for k, v in enumerate((r * a, g * a, b * a, a)):
                total[k] += v
    a = total[3]
    return bytes([*(round(c / a) if a else 0 for c in total[:3]), round(a / (n * n))])


def png(size):
    rows = b"".join(b"\0" + b"".join(pixel(x, y, 64 / size) for x in range(size)) for y in range(size))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def svg():
    hexed = lambda c: "#%02x%02x%02x" % c
    line = lambda points, width: (
        f'<polyline points="{" ".join(f"{x:g},{y:g}" for x, y in points)}" fill="none" stroke="{hexed(BLUE)}" '
        f'stroke-width="{width:g}" stroke-linecap="round" stroke-linejoin="round"/>')
    return "\n".join([
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img"><title>Pellucid</title>',
        line(HANDLE[:2], 2 * HANDLE[2]),
        f'<circle cx="{CENTRE[0]:g}" cy="{CENTRE[1]:g}" r="{(RIM + GLASS) / 2:g}" fill="{hexed(PALE)}" '
        f'stroke="{hexed(BLUE)}" stroke-width="{RIM - GLASS:g}"/>',
        line([CHEVRON[0][0], CHEVRON[0][1], CHEVRON[1][1]], 2 * CHEVRON[0][2]),
        "</svg>\n"])


for size in (32, 64):
    with open(f"logo-{size}x{size}.png", "wb") as f:
        f.write(png(size))
with open("logo-svg.svg", "w") as f:
    f.write(svg())
