"""Follows the events of a tenant over WebSockets: reconnects, resumes, renews its token and notices what is missing."""

from __future__ import annotations

import asyncio
import enum
import inspect
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Union
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import websockets
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from . import policy
from .messages import Event, Position, Resync
from .stream import OWN, Incomplete, Stream

SUBPROTOCOL = "wardbell.v1"
#: Time for the handshake and the first frame, in seconds.
CONNECT_TIMEOUT_S = 10.0
#: The server sends ``position`` at least every 5 s. After this long without one the stream is stale, in seconds.
CONFIRM_S = 8.0
#: After this long without a ``position`` or an event the client reconnects, in seconds.
SILENT_S = 20.0
#: Interval and timeout of protocol pings, in seconds.
PING_S = 10.0
#: A connection that was live for this long was a good one: attempts are counted from one again, in seconds.
STABLE_S = 10.0
#: Tenants in one ``resume``: a message of a client may have 64 KiB.
MAX_TENANTS_BEHIND = 1_000
#: Largest frame of the server: 64 KiB of data and what stands around it, in bytes.
MAX_FRAME_BYTES = 4 * 1024 * 1024

Token = Union[str, None]
#: Returns an access token, or None when nobody is signed in. The reason is ``connect``, ``expiring`` or ``rejected``.
GetToken = Callable[[str], Union[Token, Awaitable[Token]]]

_log = logging.getLogger("wardbell")


class State(enum.Enum):
    """What can be said about the data: only ``LIVE`` means that it is complete up to now."""

    CONNECTING = "connecting"
    REPLAYING = "replaying"
    LIVE = "live"
    #: Connected, but the server has not confirmed recently that the stream is complete.
    STALE = "stale"
    WAITING = "waiting"
    STOPPED = "stopped"


class Refused(Exception):
    """The server ended the stream for good: sign in again, or mend the program."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"closed with {code}: {reason}")
        #: WebSocket close code.
        self.code = code
        self.reason = reason


class Client:
    """
    ``async for item in Client(url, token)`` yields each event once and in order, over any number of connections, and a
    ``Resync`` where the stream could not be continued. Iterate once for each client.

    :param url: ``wss://host/ws``
    :param token: an access token or an integration key, or a function that returns one
    :param topics: only these topics
    :param types: only these event types
    :param since: continue after this position; None: from now on
    :param on_state: called after each change of ``state``
    :raises Refused: when the server refuses the client for good
    """

    def __init__(
        self,
        url: str,
        token: str | GetToken,
        *,
        topics: Sequence[str] = (),
        types: Sequence[str] = (),
        since: Position | None = None,
        on_state: Callable[[State], None] | None = None,
    ) -> None:
        self._url = urlsplit(url)
        if self._url.scheme not in ("ws", "wss"):
            raise ValueError("the URL of a Wardbell server starts with ws:// or wss://")
        self._token = token
        self._topics = list(topics)
        self._types = list(types)
        self._on_state = on_state
        self._stream = Stream(since)
        self._state = State.STOPPED
        self._previous: str | None = None
        self._attempt = 0
        self._rejections = 0
        self._ask = "connect"
        self._restart_after_s: float | None = None

    @property
    def position(self) -> Position | None:
        """
        The position up to which events were yielded; None before the first connection. Store it after an event was
        processed, and pass it as ``since`` to continue there.
        """
        return self._stream.position

    @property
    def state(self) -> State:
        return self._state

    def _set(self, state: State) -> None:
        if state is self._state:
            return
        self._state = state
        if self._on_state is not None:
            self._on_state(state)

    async def __aiter__(self) -> AsyncIterator[Event | Resync]:
        try:
            while True:
                self._set(State.CONNECTING)
                code, reason = policy.ABNORMAL, ""
                token = await self._get_token(self._ask)
                try:
                    async with websockets.connect(  # type: ignore[attr-defined]
                        self._address(),
                        subprotocols=[SUBPROTOCOL, f"bearer.{token}"],
                        open_timeout=CONNECT_TIMEOUT_S,
                        ping_interval=PING_S,
                        ping_timeout=PING_S,
                        close_timeout=1,
                        max_size=MAX_FRAME_BYTES,
                    ) as socket:
                        async for item in self._follow(socket):
                            yield item
                except ConnectionClosed as closed:
                    if closed.rcvd is not None:
                        code, reason = closed.rcvd.code, closed.rcvd.reason
                except Incomplete as incomplete:
                    _log.warning("events are missing, requesting them again: %s", incomplete)
                except (OSError, InvalidHandshake, asyncio.TimeoutError) as error:
                    _log.info("no connection: %s", type(error).__name__)
                self._attempt += 1
                self._ask = "connect"
                if code == policy.TOKEN_EXPIRED:
                    self._rejections += 1
                    self._ask = "rejected"
                    if isinstance(self._token, str) or self._rejections > policy.MAX_REJECTIONS:
                        raise Refused(code, reason)
                elif code in policy.STOP:
                    raise Refused(code, reason)
                self._set(State.WAITING)
                await asyncio.sleep(
                    policy.delay_s(code, self._attempt, self._rejections, self._restart_after_s)
                )
        finally:
            self._set(State.STOPPED)

    async def _get_token(self, reason: str) -> str:
        if isinstance(self._token, str):
            return self._token
        while True:
            try:
                token: Any = self._token(reason)
                if inspect.isawaitable(token):
                    token = await token
                break
            except Exception as error:  # the application's, such as a network error
                _log.warning("no token: %s", type(error).__name__)
                self._attempt += 1
                await asyncio.sleep(policy.backoff_s(self._attempt))
        if token is None:
            raise Refused(1008, "nobody is signed in")
        return str(token)

    def _is_inband(self) -> bool:
        """The position is sent in a message instead of the URL."""
        return len(self._topics) > 1 or (self._stream.epoch is not None and self._stream.wide)

    def _address(self) -> str:
        path = self._url.path.rstrip("/")
        if len(self._topics) == 1:
            path += f"/{self._topics[0]}"
        query = dict(parse_qsl(self._url.query))
        position = self._stream.position
        if self._types:
            query["types"] = ",".join(self._types)
        if self._is_inband():
            query["resume"] = "inband"
        elif position is not None:
            query.update(since=str(position.seq), epoch=position.epoch)
        if self._previous is not None:
            query["previous"] = self._previous
        return urlunsplit(self._url._replace(path=path, query=urlencode(query)))

    async def _follow(self, socket: Any) -> AsyncIterator[Event | Resync]:
        """Yields the items of one connection. Raises ConnectionClosed or Incomplete at its end."""
        stream = self._stream
        was_asked = stream.epoch is not None or self._is_inband()
        is_inband = self._is_inband()
        self._restart_after_s = None
        heads: dict[str, int] = {}
        epoch = ""
        renewal: asyncio.Task[None] | None = None
        live_at_s: float | None = None

        async def resume(since: int | Mapping[str, int]) -> None:
            if is_inband:
                await socket.send(json.dumps({"type": "resume", "epoch": stream.epoch, "since": since}))

        try:
            confirmed_at_s = time.monotonic()
            while True:
                now_s = time.monotonic()
                if live_at_s is not None and now_s - live_at_s > STABLE_S:
                    self._attempt = self._rejections = 0
                silent_s = now_s - confirmed_at_s
                if silent_s >= SILENT_S:
                    raise Incomplete("the server has confirmed nothing for 20 s")
                if silent_s >= CONFIRM_S and self._state is State.LIVE:
                    self._set(State.STALE)
                left_s = (CONFIRM_S if silent_s < CONFIRM_S else SILENT_S) - silent_s
                try:
                    frame = json.loads(await asyncio.wait_for(socket.recv(), left_s))
                except asyncio.TimeoutError:
                    continue
                kind, data = frame["type"], frame.get("data") or {}
                key = (frame.get("tenant_id") or data.get("tenant_id") or OWN) if stream.wide else OWN
                if kind == "connected":
                    epoch = data["epoch"]
                    self._previous = data["connection_id"]
                    stream.connected(epoch, data["seq"], was_asked)
                    if len(self._topics) > 1:
                        await socket.send(json.dumps({"type": "subscribe", "topics": self._topics}))
                    position = stream.position
                    if data["seq"] is not None and position is not None:
                        await resume(position.seq)
                elif kind == "positions":
                    heads.update(data["seq"])
                    if not data.get("more"):
                        since, lost = stream.positions(epoch, heads)
                        for tenant in [*lost, *list(since)[MAX_TENANTS_BEHIND:]]:
                            since.pop(tenant, None)
                            stream.resync(tenant, heads[tenant], epoch)
                            yield Resync("epoch" if tenant in lost else "incomplete", heads[tenant], epoch, tenant)
                        await resume(since)
                elif kind == "resync_required":
                    key = data.get("tenant_id") or OWN if stream.wide else OWN
                    stream.resync(key, data["seq"], data["epoch"])
                    yield Resync(data["reason"], data["seq"], data["epoch"], data.get("tenant_id"))
                elif kind == "resumed":
                    stream.resumed(key, data)
                elif kind == "position":
                    stream.confirmed(data)
                    confirmed_at_s = time.monotonic()
                    self._set(State.LIVE)
                elif kind == "stale":
                    self._set(State.STALE)
                elif kind == "token_expiring":
                    if not isinstance(self._token, str) and (renewal is None or renewal.done()):
                        renewal = asyncio.create_task(self._renew(socket))
                elif kind == "server_restarting":
                    after_s = float(data.get("reconnect_after_ms") or 0) / 1_000
                    self._restart_after_s = min(max(after_s, 0.0), policy.MAX_RESTART_S)
                elif kind == "error":
                    _log.warning("the server did not understand a message: %s", data.get("code"))
                elif kind != "refreshed":
                    seq = frame.get("seq")
                    if seq is None or stream.take(key, seq):
                        if seq is not None:
                            confirmed_at_s = max(confirmed_at_s, time.monotonic() - CONFIRM_S)
                        yield Event(
                            kind, data, frame.get("id"), seq, frame.get("tenant_id"), frame.get("timestamp"), frame
                        )
                if stream.replaying:
                    self._set(State.REPLAYING)
                elif self._state in (State.CONNECTING, State.REPLAYING):
                    self._set(State.LIVE)
                    live_at_s = time.monotonic()
        finally:
            if renewal is not None:
                renewal.cancel()

    async def _renew(self, socket: Any) -> None:
        """Sends a newer token before the present one expires."""
        try:
            token = await self._get_token("expiring")
            await socket.send(json.dumps({"type": "refresh", "token": token}))
        except (Refused, ConnectionClosed):
            pass  # the server closes the connection when the token expires
