"""The state of one stream over all of its connections: the complete position, and proof that nothing is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .messages import Position

#: Key of the log of a stream that has one. The keys of a super admin's stream are ids of tenants.
OWN = ""


class Incomplete(Exception):
    """The received events differ from those that the server sent. The next connection requests them again."""


@dataclass
class Log:
    """How far one tenant's log was received."""

    #: Every event up to this number was received.
    complete: int
    #: Numbers above ``complete`` that this connection received, and those that earlier ones did.
    now: set[int] = field(default_factory=set)
    before: set[int] = field(default_factory=set)
    #: The number from which a running replay was requested, and the events received since.
    replay_from: int | None = None
    replayed: int = 0

    def take(self, seq: int) -> bool | None:
        """True: a new event. False: an earlier connection received it. None: a duplicate."""
        if seq <= self.complete or seq in self.now:
            return None
        self.now.add(seq)
        self.replayed += 1
        is_new = seq not in self.before
        while self.complete + 1 in self.now:
            self.complete += 1
            self.now.discard(self.complete)
            self.before.discard(self.complete)
        return is_new

    def is_exceeded(self, seq: int) -> bool:
        return any(number > seq for number in self.now)

    def settle(self, seq: int) -> None:
        """The log is complete up to this number."""
        self.complete = max(self.complete, seq)
        self.now = {number for number in self.now if number > self.complete}
        self.before = {number for number in self.before if number > self.complete}


class Stream:
    """
    Compares what arrives with the counts of the server. A filter skips numbers, so a gap does not prove a loss: the
    stream is complete up to a number when ``position`` or ``resumed`` counts as many events as were received.
    """

    def __init__(self, since: Position | None) -> None:
        self.epoch: str | None = None
        self.wide = False
        self.logs: dict[str, Log] = {}
        #: Events received on this connection.
        self.received = 0
        self.awaits_positions = False
        if since is not None:
            self.epoch = since.epoch
            self.wide = not isinstance(since.seq, int)
            numbers = {OWN: since.seq} if isinstance(since.seq, int) else since.seq
            self.logs = {key: Log(seq) for key, seq in numbers.items()}

    @property
    def position(self) -> Position | None:
        if self.epoch is None:
            return None
        if self.wide:
            return Position(self.epoch, {key: log.complete for key, log in self.logs.items()})
        return Position(self.epoch, self.logs[OWN].complete)

    @property
    def replaying(self) -> bool:
        return self.awaits_positions or any(log.replay_from is not None for log in self.logs.values())

    def connected(self, epoch: str, seq: int | None, asked: bool) -> None:
        """A connection was opened. ``asked``: the events after the position were requested."""
        self.received = 0
        self.awaits_positions = seq is None
        if self.epoch is None or self.wide != (seq is None):
            self.epoch, self.wide = epoch, seq is None
            self.logs = {} if seq is None else {OWN: Log(seq)}
        for log in self.logs.values():
            log.before |= log.now
            log.now = set()
            log.replay_from = log.complete if asked and seq is not None else None
            log.replayed = 0

    def positions(self, epoch: str, heads: Mapping[str, int]) -> tuple[dict[str, int], list[str]]:
        """
        Where the logs of all tenants stand at the start of a super admin's connection. Returns the numbers to resume
        from, and the tenants whose history is another one.
        """
        self.awaits_positions = False
        is_first, is_other = not self.logs, epoch != self.epoch
        self.epoch = epoch
        since: dict[str, int] = {}
        lost: list[str] = []
        for tenant, head in heads.items():
            log = self.logs.setdefault(tenant, Log(head if is_first or is_other else 0))
            if is_other and not is_first:
                lost.append(tenant)
                self.logs[tenant] = Log(head)
            elif log.complete != head:
                since[tenant] = log.complete
                log.replay_from, log.replayed = log.complete, 0
        return since, lost

    def take(self, key: str, seq: int) -> bool:
        """Counts an event. True when it is new."""
        if self.awaits_positions:
            raise Incomplete("an event before the positions")
        taken = self.logs.setdefault(key, Log(0)).take(seq)
        if taken is not None:
            self.received += 1
        return taken is True

    def resumed(self, key: str, data: Mapping[str, Any]) -> None:
        log = self.logs.setdefault(key, Log(0))
        if log.replay_from is None:
            return
        if log.replay_from != data["from"] or log.replayed != data["count"] or log.is_exceeded(data["to"]):
            raise Incomplete(f"{log.replayed} of {data['count']} events after {log.replay_from}")
        log.replay_from = None
        log.settle(data["to"])

    def confirmed(self, data: Mapping[str, Any]) -> None:
        """The server has sent ``count`` events up to ``seq`` on this connection; None: of all tenants."""
        seq: int | None = data["seq"]
        log = None if seq is None else self.logs[OWN]
        is_level = log is None or seq is None or (seq >= log.complete and not log.is_exceeded(seq))
        if self.replaying or data.get("count", self.received) != self.received or not is_level:
            raise Incomplete(f"{self.received} of {data.get('count')} events up to {seq}")
        if log is not None and seq is not None:
            log.settle(seq)

    def resync(self, key: str, seq: int, epoch: str) -> None:
        self.epoch = epoch
        self.logs[key] = Log(seq)
