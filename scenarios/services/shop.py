"""A small HTTP/1.1 service for the recipes: shop.py PORT

POST /login    {"user": …, "password": …} → {"session": {"token": …}}
GET /orders    with `Authorization: Bearer TOKEN` → whose orders they are
POST /upload   any body, also in chunks → {"bytes": …}
GET /events    three server-sent events, then the end
"""
import asyncio
import json
import signal
import sys

REASONS = {200: "OK", 401: "Unauthorized", 404: "Not Found"}


async def read_body(reader, headers):
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


def answer(method, path, headers, body):
    if (method, path) == ("POST", "/login"):
        asked = json.loads(body)
        if asked["password"] != "pw-" + asked["user"]:
            return 401, {"error": "wrong password"}
        return 200, {"session": {"token": "token-of-" + asked["user"]}}
    if (method, path) == ("GET", "/orders"):
        token = headers.get("authorization", "")
        if not token.startswith("Bearer token-of-"):
            return 401, {"error": "log in first"}
        return 200, {"of": token[len("Bearer token-of-"):], "orders": []}
    if (method, path) == ("POST", "/upload"):
        return 200, {"bytes": len(body)}
    return 404, {"error": "not here"}


async def events(writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                 b"Transfer-Encoding: chunked\r\n\r\n")
    for number in range(3):
        event = b"id: %d\ndata: tick\n\n" % number
        writer.write(b"%x\r\n%s\r\n" % (len(event), event))
        await writer.drain()
    writer.write(b"0\r\n\r\n")


async def converse(reader, writer):
    while line := await reader.readline():
        method, path, _ = line.decode().split()
        headers = {}
        while (line := await reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        body = await read_body(reader, headers)
        if path == "/events":
            await events(writer)
            continue
        status, text = answer(method, path, headers, body)
        text = json.dumps(text).encode()
        writer.write(b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n"
                     b"Content-Length: %d\r\n\r\n%s" %
                     (status, REASONS[status].encode(), len(text), text))


async def serve(reader, writer):
    try:
        await converse(reader, writer)
    except (OSError, ValueError, asyncio.IncompleteReadError):
        pass  # whoever talks nonsense or leaves is not served any further
    finally:
        writer.close()


async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]),
                               backlog=1024)
    await stop.wait()


asyncio.run(main())
