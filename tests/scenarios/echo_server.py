"""A WebSocket echo server of a few lines, on Debian's python3-websockets:
echo_server.py PORT [CERTIFICATE KEY]"""
import asyncio
import gc
import signal
import ssl
import sys

import websockets


# A connection of websockets' is garbage in a circle, which Python leaves lying
# until its oldest generation has grown by a quarter: when that is depends on
# which cycle the machine was slow in.
collecting = False


def collect():
    global collecting
    collecting = False
    gc.collect()


async def echo(socket):
    global collecting
    try:
        async for message in socket:
            await socket.send(message)
    finally:
        if not collecting:
            collecting = True
            asyncio.get_running_loop().call_later(0.1, collect)


async def main():
    stop = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGTERM, stop.set_result, None)
    context = None
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
    async with websockets.serve(echo, "127.0.0.1", int(sys.argv[1]),
                                ssl=context):
        print("ready", flush=True)
        await stop


asyncio.run(main())
