"""Ten thousand connections as coroutines: the same work as c10k_poller.py, read from top to bottom.

Run: pellucid run examples/c10k_asyncio.py
"""
import asyncio
import time

COUNT = 10_000


async def echo(reader, writer):
    writer.write((await reader.read(1024)).upper())
    writer.close()


async def ask(number):
    reader, writer = await asyncio.open_connection("127.0.0.1", 8000)
    writer.write(b"hello %d" % number)
    answer = await reader.read(1024)
    writer.close()
    return answer


async def main():
    async with await asyncio.start_server(echo, "127.0.0.1", 8000, backlog=COUNT):
        answers = await asyncio.gather(*(ask(number) for number in range(COUNT)))
    print(f"{len(answers)} answers, the last {answers[-1]}, at {time.monotonic():.3f} s of virtual time")


asyncio.run(main())
