"""A hundred thousand coroutines asleep at once.

Run: pellucid run examples/sleepers.py
"""
import asyncio
import time


async def nap(number):
    await asyncio.sleep(1 + number % 10)
    return number


async def main():
    done = await asyncio.gather(*(nap(number) for number in range(100_000)))
    print(len(done), "have slept; it is", round(time.monotonic()), "s")


asyncio.run(main())
