#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""python-echo.py serve PORT ADDRESS... | ask PORT ADDRESS

"ask" has many connections at once, each with bytes of its own, and compares what comes
back, to its end.
"""

import asyncio
import random
import sys

CONNECTIONS = 20
BYTES = 100_000


async def answer(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def serve(port, addresses):
    server = await asyncio.start_server(answer, addresses, port)
    await server.serve_forever()


async def ask_once(port, address, number):
    data = random.Random(number).randbytes(BYTES)
    reader, writer = await asyncio.open_connection(address, port)

    async def send():
        writer.write(data)
        await writer.drain()
        writer.write_eof()

    _, got = await asyncio.gather(send(), reader.read(-1))
    writer.close()
    await writer.wait_closed()
    assert got == data, f"connection {number}: {len(got)} bytes came back, not those {BYTES}"


async def ask(port, address):
    await asyncio.gather(*(ask_once(port, address, i) for i in range(CONNECTIONS)))


def main():
    what, port, *addresses = sys.argv[1:]
    if what == "serve":
        asyncio.run(serve(int(port), addresses))
    else:
        asyncio.run(ask(int(port), addresses[0]))


if __name__ == "__main__":
    main()
