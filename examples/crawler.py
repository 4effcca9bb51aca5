"""A crawler over the built-in virtual web: fifty sites of twenty pages, at most twenty requests at a time.

Run: pellucid run examples/crawler.py
"""
import asyncio
import collections
import re
import time
import urllib.parse


async def fetch(url):
    parts = urllib.parse.urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    writer.write(f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.hostname}\r\nConnection: close\r\n\r\n".encode())
    data = await reader.read()
    writer.close()
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode()


async def crawl(start, limit):
    seen, room = {start}, asyncio.Semaphore(limit)
    statuses, size = collections.Counter(), 0

    async def visit(url):
        nonlocal size
        async with room:
            status, body = await fetch(url)
        statuses[status] += 1
        size += len(body)
        for link in re.findall(r'href="([^"]+)"', body):
            link = urllib.parse.urljoin(url, link)
            if link not in seen:
                seen.add(link)
                group.create_task(visit(link))

    async with asyncio.TaskGroup() as group:
        group.create_task(visit(start))
    return statuses, size


statuses, size = asyncio.run(crawl("http://site-0.test/", 20))
print(dict(sorted(statuses.items())), f"{size} bytes in {time.monotonic():.2f} s of virtual time")
