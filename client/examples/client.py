"""Prints every event of a clinic and resumes after a drop: TOKEN=<access token> python3 client.py [url]

Needs the websockets package (Debian: python3-websockets).
"""

import asyncio
import json
import os
import random
import sys
import urllib.parse

import websockets

URL = sys.argv[1] if len(sys.argv) > 1 else "ws://localhost:8000/ws"
# Stop, sign in, or a bug: what repeating would not heal.
FINAL = {1002, 1003, 1007, 1008, 1009, 4401, 4403, 4409}


async def listen(position):
    """Prints one connection's events and keeps the position up to date. Returns the close code."""
    query = urllib.parse.urlencode(position) if position else ""
    protocols = ["wardbell.v1", f"bearer.{os.environ['TOKEN']}"]  # keeps the token out of URLs and logs
    async with websockets.connect(f"{URL}?{query}", subprotocols=protocols) as socket:
        try:
            async for text in socket:
                frame = json.loads(text)
                data = frame["data"]
                if frame["type"] == "connected":
                    print("listening", file=sys.stderr, flush=True)
                    if not position:
                        position.update(since=data["seq"], epoch=data["epoch"])
                elif frame["type"] == "resync_required":
                    position.update(since=data["seq"], epoch=data["epoch"])
                    print("load your lists again:", data["reason"], flush=True)
                elif frame["type"] == "resumed":
                    position["since"] = data["to"]
                elif frame["type"] == "position":
                    position["since"] = data["seq"]
                elif "seq" in frame:
                    position["since"] = frame["seq"]
                    print(frame["seq"], frame["type"], flush=True)
        except websockets.ConnectionClosed:
            pass
        return socket.close_code


async def main():
    position, attempt = {}, 0
    while True:
        try:
            code = await listen(position)
            attempt = 0
        except OSError:
            code = 1006
        if code in FINAL:
            sys.exit(f"closed with {code}")
        attempt += 1
        floor = 5 if code == 4429 else 0
        await asyncio.sleep(floor + random.uniform(0, min(30, 2**attempt)))


asyncio.run(main())
