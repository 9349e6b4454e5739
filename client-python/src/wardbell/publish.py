"""Publishes application-defined events over HTTP, each exactly once."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from . import policy

#: Attempts of one publication. The event is taken once, however often it is sent.
ATTEMPTS = 6
TIMEOUT_S = 15.0


class PublishError(Exception):
    """The server did not take the event."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        #: HTTP status; 0 when the server could not be reached.
        self.status = status
        #: Code of the problem document (RFC 9457), such as ``schema_violation``.
        self.code = code


async def publish(
    url: str,
    token: str,
    type: str,
    data: Mapping[str, Any],
    *,
    source: str,
    id: str | None = None,
    users: Sequence[str] = (),
    roles: Sequence[str] = (),
) -> dict[str, Any]:
    """
    Publishes one event as a CloudEvent and returns ``{id, seq, type, timestamp}``.

    Repeats it after a lost answer, 429 or 5xx. The server takes ``source`` and ``id`` once in 24 hours, so an event
    is published once, however often it is sent.

    :param url: ``https://host``
    :param token: an integration key with the scope ``events:write``, or the token of a tenant admin
    :param source: the service, as a URI reference
    :param id: identifies the event within its source; a new UUID if absent
    :param users: only connections of these users get it
    :param roles: only connections of these roles get it
    :raises PublishError: when the server refuses it, or could not be reached
    """
    event: dict[str, Any] = {
        "specversion": "1.0",
        "type": type,
        "source": source,
        "id": id or str(uuid.uuid4()),
        "data": data,
    }
    if users:
        event["audienceusers"] = ",".join(users)
    if roles:
        event["audienceroles"] = ",".join(roles)
    request = urllib.request.Request(
        f"{url.rstrip('/')}/api/v1/events",
        data=json.dumps(event).encode(),
        headers={"content-type": "application/cloudevents+json", "authorization": f"Bearer {token}"},
    )
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await asyncio.to_thread(_send, request)
        except PublishError as error:
            may_repeat = error.status in (0, 409, 429) or error.status >= 500
            if not may_repeat or attempt == ATTEMPTS:
                raise
        await asyncio.sleep(policy.backoff_s(attempt))
    raise AssertionError("unreachable")


def _send(request: urllib.request.Request) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
            answer: dict[str, Any] = json.load(response)
            return answer
    except urllib.error.HTTPError as error:
        try:
            problem = json.load(error)
        except ValueError:
            problem = {}
        raise PublishError(error.code, problem.get("code", ""), problem.get("detail", "")) from None
    except OSError as error:
        raise PublishError(0, "unreachable", error.__class__.__name__) from None
