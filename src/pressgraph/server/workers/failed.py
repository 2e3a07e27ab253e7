"""What a worker or writer process answers instead of a result."""

from __future__ import annotations


class FailedJobError(Exception):
    """A job that is not done, or not to the end, and why: in the languages that its reader may want.

    `kind` decides the status (`pressgraph.server.failures`).
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
