"""Prints the events of a clinic, and continues after a restart where it ended.

    TOKEN=<integration key or access token> python3 follow.py ws://localhost:8000/ws [position file]

An access token that expires is replaced by the next line of standard input.
"""

import asyncio
import os
import pathlib
import sys

from wardbell import Client, Position, Refused, Resync


async def get_token(reason: str) -> str:
    if reason != "connect":
        os.environ["TOKEN"] = (await asyncio.to_thread(sys.stdin.readline)).strip()
    return os.environ["TOKEN"]


def store(file: pathlib.Path, position: Position) -> None:
    new = file.with_suffix(".new")
    new.write_text(position.to_json())
    new.replace(file)  # Whole or not at all, also when this program is killed.


async def main() -> None:
    url = sys.argv[1] if len(sys.argv) > 1 else "ws://localhost:8000/ws"
    file = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    since = Position.from_json(file.read_text()) if file is not None and file.exists() else None
    client = Client(url, get_token, since=since, on_state=lambda state: print("state", state.value, flush=True))
    try:
        async for item in client:
            if isinstance(item, Resync):
                print("load again:", item.reason, flush=True)
            else:
                print(item.seq, item.type, item.tenant_id, flush=True)
            # After the event was processed, so that none is skipped when this program is killed.
            if file is not None and client.position is not None:
                store(file, client.position)
    except Refused as refused:
        sys.exit(f"refused: {refused.code} {refused.reason}")


asyncio.run(main())
