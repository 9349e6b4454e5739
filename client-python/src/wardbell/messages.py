"""What a client yields, and the position from which a stream continues."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Event:
    """A frame of the server: an event of the log, or one without a number such as ``user_status``."""

    type: str
    data: Mapping[str, Any]
    #: Unique id; None for frames that are not in the log.
    id: str | None
    #: Number in the log of the tenant; None for frames that are not in the log.
    seq: int | None
    tenant_id: str | None
    #: When the event was written, by the clock of the database (RFC 3339).
    timestamp: str | None
    #: The whole frame, for members that have no field here, such as ``cloud_event``.
    frame: Mapping[str, Any]


@dataclass(frozen=True)
class Resync:
    """The stream could not be continued: load your data again. Events after ``seq`` follow."""

    #: ``retention``, ``epoch`` or ``ahead``; ``incomplete`` when a super admin's stream is behind in too many logs.
    reason: str
    seq: int
    epoch: str
    #: The tenant, for a super admin's stream.
    tenant_id: str | None


@dataclass(frozen=True)
class Position:
    """Every event up to ``seq`` was yielded. A super admin's position has a number for each tenant."""

    epoch: str
    seq: int | Mapping[str, int]

    def to_json(self) -> str:
        """A text to store; ``from_json`` reads it."""
        seq = self.seq if isinstance(self.seq, int) else dict(self.seq)
        return json.dumps({"epoch": self.epoch, "seq": seq})

    @classmethod
    def from_json(cls, text: str) -> Position:
        """Reads a position that ``to_json`` wrote. Raises ValueError for any other text."""
        value = json.loads(text)
        if not isinstance(value, dict) or not isinstance(value.get("epoch"), str):
            raise ValueError("not a position")
        seq: Any = value.get("seq")
        numbers = list(seq.values()) if isinstance(seq, dict) else [seq]
        if not all(isinstance(number, int) and number >= 0 for number in numbers):
            raise ValueError("not a position")
        return cls(value["epoch"], seq)
