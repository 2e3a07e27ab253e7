"""What a job of a process may fail of, and the HTTP status that it is answered with."""

from __future__ import annotations

from dataclasses import dataclass

from pressgraph.i18n import by_language, said_in
from pressgraph.query.patterns import FOLDERS
from pressgraph.server.http.responses import RequestError

STATUS = {
    "syntax": 400,
    "refused": 400,
    "missing": 404,
    "unacceptable": 406,
    "precondition": 412,
    "limit": 413,
    "unsupported": 415,
    "gone": 499,
    "crash": 500,
    "failed": 500,
    "peer": 502,
    "busy": 503,
    "deleted": 503,
    "overload": 503,
    "stopping": 503,
    "time": 504,
    "memory": 507,
    "disk": 507,
}
_RETRY = {
    "busy": "1",
    "deleted": "5",
    "overload": "5",
    "stopping": "5",
    "time": "60",
    "memory": "60",
    "disk": "60",
    "peer": "5",
}


@dataclass(frozen=True, slots=True)
class JobError(Exception):
    """A job that a process did not do, or not to the end. `kind` decides the status."""

    kind: str
    """One of the keys of `STATUS`."""
    message: str

    def __str__(self) -> str:
        return self.message


class SnapshotMovedError(Exception):
    """A request that took one snapshot and was answered from another one: it begins anew."""


def request_error(failure: JobError) -> RequestError:
    """Return the error that a failed job is answered with."""
    status = STATUS[failure.kind]
    headers = {"retry-after": _RETRY[failure.kind]} if failure.kind in _RETRY else {}
    message = failure.message
    if status == 500:  # noqa: PLR2004
        # engines name the files of the store
        message = said_in({tag: FOLDERS.sub("", text) for tag, text in by_language(message).items()})
    return RequestError(status, message, headers)
