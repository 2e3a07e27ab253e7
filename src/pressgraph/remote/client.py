"""HTTP to a SPARQL endpoint: who we are, how long we wait, what we try again, and what an answer's status means.

Credentials come from the environment: PRESSGRAPH_ENDPOINT_TOKEN (bearer), or PRESSGRAPH_ENDPOINT_USER and
PRESSGRAPH_ENDPOINT_PASSWORD (basic or digest, as the server asks for); else from the address (`https://user:password@…`);
else from the system's keyring (service `pressgraph:HOST`). They are never printed, are in no address that is, and never
follow a redirect to another host.
"""

from __future__ import annotations

import http.client
import os
import re
import time
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth, HTTPDigestAuth
from urllib3.util import Retry

from pressgraph.errors import EndpointError, QueryError
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 512 * 1024 * 1024
_RETRIED = (429, 502, 503, 504)
_LONGEST_WAIT = 600
_MOST_REDIRECTS = 5
_LET_IN = "set PRESSGRAPH_ENDPOINT_TOKEN, or PRESSGRAPH_ENDPOINT_USER and PRESSGRAPH_ENDPOINT_PASSWORD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """An endpoint's address, and what it wants to hear from us. `user` is None for a bearer token."""

    url: str
    user: str | None = None
    secret: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, url: str, environ: Mapping[str, str] = os.environ) -> Access:
        """Find the credentials for an address.

        Raises EndpointError for what is no address.
        """
        clean = without_credentials(url)
        try:
            parts = urlsplit(url)
            given = (unquote(parts.username or ""), unquote(parts.password or ""))
            good = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            good = False
        if not good:
            raise EndpointError(
                gettext("'{address}' is not the address of an endpoint", address=clean),
                hint=gettext("it starts with http:// or https://"),
            )
        token, user = environ.get("PRESSGRAPH_ENDPOINT_TOKEN"), environ.get("PRESSGRAPH_ENDPOINT_USER")
        if token:
            return cls(url=clean, secret=token)
        if user:
            return cls(url=clean, user=user, secret=environ.get("PRESSGRAPH_ENDPOINT_PASSWORD", ""))
        if given != ("", ""):
            return cls(url=clean, user=given[0], secret=given[1])
        credentials = _from_keyring(urlsplit(clean).netloc)
        return cls(url=clean, user=credentials[0], secret=credentials[1]) if credentials is not None else cls(url=clean)


def without_credentials(url: str) -> str:
    """Return an address without a user and password in it.

    >>> without_credentials("https://kim:secret@example.org/sparql")
    'https://example.org/sparql'
    """
    try:
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else url
    except ValueError:
        return re.sub(r"//[^/]*@", "//", url)


def _from_keyring(host: str) -> tuple[str, str] | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        credential = keyring.get_credential(f"pressgraph:{host}", None)
    except KeyringError:
        return None
    return (credential.username, credential.password) if credential is not None else None


class SparqlClient:
    """Connections to one endpoint, kept open.

    `attempts` is how often a request is sent again on 429, 502, 503, 504, timeouts and lost connections, with jittered
    pauses that grow from `pause` seconds, or as long as Retry-After says. `connections` may be used at a time.
    """

    def __init__(
        self,
        access: Access,
        *,
        timeout: float = 60.0,
        attempts: int = 0,
        pause: float = 0.5,
        connections: int = 1,
    ) -> None:
        self.url = access.url
        self.timeout = timeout
        patient = Retry(
            total=attempts,
            backoff_factor=pause,
            backoff_jitter=pause,
            backoff_max=30,
            status_forcelist=_RETRIED,
            allowed_methods=None,
            respect_retry_after_header=True,
            retry_after_max=_LONGEST_WAIT,
            raise_on_status=False,
        )
        self._patient = _session(patient, connections)
        self._once = _session(Retry(0, raise_on_status=False), connections)
        # where nobody listens yet, the address is wrong more often than the server is starting
        self._first: requests.Session | None = _session(patient.new(connect=0), connections)
        self._stopped = False
        self._access: Access | None = access
        self._logging_in = RLock()

    def stop(self) -> None:
        """Send nothing any more, nor again: that raises EndpointError."""
        self._stopped = True
        for session in self._sessions:
            session.close()

    def send(
        self, method: str, url: str, *, once: bool = False, most: int = MOST_BYTES, **options: Any
    ) -> requests.Response:
        """Send a request and read its answer; redirects on the same host are followed where nothing is changed.

        `once` sends it no second time: an update may have been done although its answer was lost, and whoever asked
        for it looks before repeating it.

        Raises EndpointError.
        """
        self._log_in()
        session = self._once if once else self._first or self._patient
        for _ in range(_MOST_REDIRECTS):
            if self._stopped:
                raise EndpointError(gettext("{url} is not asked any more: stopped", url=url))
            deadline = time.monotonic() + self.timeout
            try:
                response = session.request(
                    method, url, timeout=self.timeout, allow_redirects=False, stream=True, **options
                )
                response._content = _body(response, most, deadline)  # noqa: SLF001 - requests has no limit of its own
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                raise self._unreachable(error, url) from error
            self._first = None
            if not response.is_redirect:
                return response
            there = urljoin(url, response.headers["Location"])
            shown = without_credentials(there)
            if once or not _same_host(url, there):
                raise EndpointError(
                    gettext("{url} redirects to {address}", url=url, address=shown), hint=gettext("use that address")
                )
            url = shown
        raise EndpointError(gettext("{url} redirects without end", url=url), hint=gettext("is the address right?"))

    def _log_in(self) -> None:
        """Give the sessions the credentials, before the first request of any thread."""
        with self._logging_in:
            access, self._access = self._access, None
            if access is not None and access.secret is not None:
                self._use(access.user, access.secret)

    def _use(self, user: str | None, secret: str) -> None:
        if user is None:
            for session in self._sessions:
                session.headers["Authorization"] = f"Bearer {secret}"
            return
        # the password goes over the wire as it is only where the server does not know better
        challenge = self.send("GET", self.url, params={"query": "ASK { }"}).headers.get("WWW-Authenticate", "")
        digest = re.search(r"\bdigest\b", challenge, re.IGNORECASE)
        auth = HTTPDigestAuth(user, secret) if digest else None
        for session in self._sessions:
            session.auth = auth or HTTPBasicAuth(user.encode(), secret.encode())

    @property
    def _sessions(self) -> list[requests.Session]:
        return [it for it in (self._first, self._patient, self._once) if it is not None]

    def check(self, response: requests.Response, *, query: bool = False) -> None:
        """Raise EndpointError for an answer that is none; QueryError where a `query` is what is wrong."""
        if response.ok:
            return
        url = without_credentials(response.url).partition("?")[0]
        match response.status_code:
            case requests.codes.bad_request if query:
                raise QueryError(gettext("{url} finds the query wrong: {reason}", url=url, reason=_reason(response)))
            case requests.codes.unauthorized | requests.codes.forbidden:
                raise EndpointError(
                    gettext("{url} does not let us in ({status})", url=url, status=response.status_code), hint=_LET_IN
                )
            case requests.codes.not_found:
                raise EndpointError(gettext("{url} is not there (404)", url=url), hint=gettext("check the address"))
        reason = " ".join(str(response.reason).split())
        raise EndpointError(
            gettext(
                "{url} answered {status}: {reason}",
                url=url,
                status=f"{response.status_code} {reason}".rstrip(),
                reason=_reason(response),
            ),
            passes=passes(response),
            retry_after=retry_after(response),
        )

    def _unreachable(self, error: Exception, url: str) -> EndpointError:
        cause = _cause(error)
        if isinstance(error, _TooLargeError):
            return EndpointError(
                gettext("the answer of {url} is larger than {most} MiB", url=url, most=error.most // 1024**2),
                hint=gettext("add a LIMIT"),
            )
        refused = isinstance(cause, urllib3.exceptions.NewConnectionError)  # which urllib3 has among its timeouts
        if isinstance(cause, TimeoutError | urllib3.exceptions.TimeoutError | requests.Timeout) and not refused:
            return EndpointError(
                gettext("{url} did not answer within {seconds:g} seconds", url=url, seconds=self.timeout),
                passes=True,
                hint=gettext("try --timeout, or a longer timeout under [endpoints] in pressgraph.toml"),
            )
        if isinstance(cause, urllib3.exceptions.IncompleteRead | http.client.IncompleteRead):
            return EndpointError(
                gettext("the answer of {url} was cut short: its server closed the connection", url=url),
                passes=True,
                hint=gettext("try again"),
            )
        if isinstance(error, urllib3.exceptions.DecodeError):
            return EndpointError(
                gettext("the answer of {url} is not compressed as it says: {reason}", url=url, reason=cause)
            )
        reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
        reason = re.sub(r"<[^>]*>|HTTP\w*\([^)]*\)|: $", "", reason).strip(" :")[:200]
        return EndpointError(
            gettext("{url} cannot be reached: {reason}", url=url, reason=reason),
            hint=gettext("is the address right, and the server up?"),
            passes=True,
        )


class _TooLargeError(ValueError):
    def __init__(self, most: int) -> None:
        super().__init__(gettext("too large"))
        self.most = most


def _session(retry: Retry, connections: int) -> requests.Session:
    session = requests.Session()
    adapter = HTTPAdapter(pool_maxsize=connections, max_retries=retry)
    # neither a proxy nor a .netrc of the machine has a part in this
    session.trust_env = False
    session.headers["User-Agent"] = "pressgraph"
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return session


def _body(response: requests.Response, most: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    # what has arrived, not whole blocks: an endpoint may send a few bytes at a time for ever
    while part := response.raw.read1(65536, decode_content=True):
        size += len(part)
        if size > most:
            response.close()
            raise _TooLargeError(most)
        if time.monotonic() > deadline:
            response.close()
            raise TimeoutError
        parts.append(part)
    response.raw.release_conn()
    return b"".join(parts)


def passes(response: requests.Response) -> bool:
    """Tell whether the same request may succeed later."""
    return response.status_code in _RETRIED


def retry_after(response: requests.Response) -> float | None:
    """Return how many seconds a response asks to wait (RFC 9110, 10.2.3), ten minutes at most; None if it does not."""
    try:
        return Retry(retry_after_max=_LONGEST_WAIT).get_retry_after(response.raw)
    except urllib3.exceptions.InvalidHeader:
        return None


def _same_host(url: str, there: str) -> bool:
    here, other = urlsplit(url), urlsplit(without_credentials(there))
    return here.netloc == other.netloc and other.scheme in {here.scheme, "https"}


def _cause(error: BaseException) -> BaseException:
    """Return the innermost of errors that wrap each other."""
    for nested in (getattr(error, "reason", None), *error.args):
        if isinstance(nested, BaseException):
            return _cause(nested)
    return error


def _reason(response: requests.Response) -> str:
    """Return what a response says is wrong, in a line: of HTML its text, of JSON (RFC 9457) its detail."""
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    text = response.text
    if media_type.endswith("json"):
        try:
            document = response.json()
        except ValueError:
            document = None
        if isinstance(document, dict):
            texts = (document.get(name) for name in ("detail", "message", "error", "title"))
            text = next((it for it in texts if isinstance(it, str) and it.strip()), text)
    elif "html" in media_type or text.lstrip()[:9].lower().startswith(("<!doctype", "<html")):
        text = _text_of(text)
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line[:300] or gettext("no reason given")


def _text_of(html: str) -> str:
    """Return the text of a web page's body in one line."""
    import turbohtml

    body = turbohtml.parse(html).select_one("body")
    return " · ".join(" ".join(text.split()) for text in body.stripped_strings) if body is not None else ""
