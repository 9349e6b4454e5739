"""What a client does after the end of a connection: the table of close codes of the protocol, and the delays."""

from __future__ import annotations

import random

#: Close codes after which a client stops: sign in, tell the user, or a bug. Repeating would not help.
STOP = frozenset({1002, 1003, 1007, 1008, 1009, 4403, 4409})
TOKEN_EXPIRED = 4401
LIMIT_REACHED = 4429
RESTART = 1012
#: The connection ended without a close frame.
ABNORMAL = 1006

#: Longest delay between two attempts, in seconds.
MAX_DELAY_S = 10.0
#: Shortest delay after a limit was reached, in seconds.
LIMIT_DELAY_S = 5.0
#: Spread of the first attempt after a restart for which the server gave no time, in seconds.
RESTART_SPREAD_S = 5.0
#: Longest time of a restart that is taken from the server, in seconds.
MAX_RESTART_S = 60.0
#: Refused tokens in a row after which the client stops.
MAX_REJECTIONS = 5


def backoff_s(attempt: int, floor_s: float = 0.0) -> float:
    """Delay before an attempt (from 1), in seconds: exponential with full jitter, above a floor."""
    return floor_s + random.uniform(0, min(MAX_DELAY_S, 2.0 ** (min(attempt, 31) - 1)))


def delay_s(code: int, attempt: int, rejections: int, restart_after_s: float | None) -> float:
    """Delay before the next attempt after a connection that ended with this code, in seconds."""
    if code == TOKEN_EXPIRED:
        return 0.0 if rejections <= 1 else backoff_s(rejections)
    if code == LIMIT_REACHED:
        return backoff_s(attempt, LIMIT_DELAY_S)
    if code == RESTART:
        return random.uniform(0, RESTART_SPREAD_S) if restart_after_s is None else restart_after_s
    return backoff_s(attempt)
