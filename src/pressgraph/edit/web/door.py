"""Who may come in: one browser of this machine, which was let in by a file that only its user can read.

A page of somebody else's may send requests to this port, or have its own name lead to this machine (DNS rebinding). So
the Host must be this machine's, a request must carry the cookie, and one that changes anything must come from a page of
this server, by its Origin, and carry the token of its form.
"""

from __future__ import annotations

import hmac
import os
import secrets
import tempfile
from html import escape
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_BYTES = 32


class Door:
    """The keys of one run of the editor."""

    def __init__(self, port: int = 0) -> None:
        """Make new keys; the port is that which the server listens at."""
        self.port = port
        self._ticket: str | None = secrets.token_urlsafe(_BYTES)
        self._cookie = secrets.token_urlsafe(_BYTES)
        self.form_token = secrets.token_urlsafe(_BYTES)
        self.folder: Path | None = None

    @property
    def cookie_name(self) -> str:
        """The cookie's name: cookies are not told apart by port, so their names are."""
        return f"pressgraph-edit-{self.port}"

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins of this server's pages."""
        return tuple(f"http://{host}:{self.port}" for host in LOOPBACK)

    def is_our_host(self, host: str) -> bool:
        """Tell whether a Host is this machine's, with this port."""
        return host in {f"{it}:{self.port}" for it in LOOPBACK}

    def is_let_in(self, headers: Mapping[str, str]) -> bool:
        """Tell whether a request carries the cookie."""
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(self.cookie_name)
        except CookieError:
            return False
        return cookie is not None and hmac.compare_digest(cookie.value.encode(), self._cookie.encode())

    def is_from_here(self, headers: Mapping[str, str]) -> bool:
        """Tell whether a request that changes something comes from a page of this server."""
        origin = headers.get("origin")
        site = headers.get("sec-fetch-site", "same-origin")
        return origin == f"http://{headers.get('host', '')}" and origin in self.origins and site == "same-origin"

    def has_token(self, token: str) -> bool:
        """Tell whether a form is one of this run."""
        return hmac.compare_digest(token.encode(), self.form_token.encode())

    def take(self, ticket: str) -> str | None:
        """Return the cookie's value for the ticket of the file, once; None for any other, and from then on."""
        if self._ticket is None or not hmac.compare_digest(ticket.encode(), self._ticket.encode()):
            return None
        self._ticket = None
        self.close()
        return self._cookie

    def write_file(self) -> Path:
        """Write the page that a browser is opened with, in a new folder that only this user can read.

        A token on a command line could be read by every user of the machine.
        """
        self.folder = Path(tempfile.mkdtemp(prefix="pressgraph-edit-"))
        path = self.folder / "open.html"
        address = escape(f"http://127.0.0.1:{self.port}/enter?ticket={self._ticket}", quote=True)
        page = (
            '<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n<meta name="referrer" content="no-referrer">\n'
            f'<meta http-equiv="refresh" content="0; url={address}">\n<title>pressgraph edit</title>\n'
            f'<p><a href="{address}">pressgraph edit</a></p>\n</html>\n'
        )
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(page)
        return path

    def close(self) -> None:
        """Remove the file."""
        if self.folder is not None:
            (self.folder / "open.html").unlink(missing_ok=True)
            if self.folder.is_dir():
                self.folder.rmdir()
            self.folder = None
