"""Publishes one event: TOKEN=<integration key> python3 publish.py http://localhost:8000 <type> '<json>' <source> [id]"""

import asyncio
import json
import os
import sys

from wardbell import PublishError, publish


async def main() -> None:
    url, type, data, source, *id = sys.argv[1:]
    try:
        answer = await publish(
            url, os.environ["TOKEN"], type, json.loads(data), source=source, id=id[0] if id else None
        )
    except PublishError as error:
        sys.exit(f"refused: {error}")
    print(answer["seq"], answer["type"])


asyncio.run(main())
