"""Listens to a clinic's events: python3 listen.py ws://localhost:8000/ws <token>"""

import asyncio
import json
import sys

import websockets


async def listen(url: str, token: str) -> None:
    async with websockets.connect(f"{url}?token={token}") as socket:
        await socket.send("ping")
        async for message in socket:
            if message == "pong":
                print("pong", flush=True)
                continue
            event = json.loads(message)
            print(event["type"], json.dumps(event["data"]), flush=True)


try:
    asyncio.run(listen(sys.argv[1], sys.argv[2]))
except websockets.ConnectionClosedError as closed:
    # `rcvd` since version 10; what to do about each code is in the protocol
    print("closed", closed.rcvd.code, closed.rcvd.reason, flush=True)
