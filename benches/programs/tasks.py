# asyncio: many small tasks, a queue between a producer and consumers.
import asyncio


async def produce(queue, n):
    for i in range(n):
        await queue.put(i)
    for _ in range(4):
        await queue.put(None)


async def consume(queue):
    total = 0
    while (item := await queue.get()) is not None:
        total += item
        if item % 100 == 0:
            await asyncio.sleep(0)
    return total


async def main():
    queue = asyncio.Queue(maxsize=16)
    consumers = [asyncio.create_task(consume(queue)) for _ in range(4)]
    await produce(queue, 20000)
    return sum(await asyncio.gather(*consumers))


print(asyncio.run(main()))
