"""Client of Wardbell: follows the events of a tenant without losing one, and publishes events."""

from .client import Client, GetToken, Refused, State
from .messages import Event, Position, Resync
from .publish import PublishError, publish

__all__ = [
    "Client",
    "Event",
    "GetToken",
    "Position",
    "PublishError",
    "Refused",
    "Resync",
    "State",
    "publish",
]
