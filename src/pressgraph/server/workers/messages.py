"""What the server and its processes tell each other, as types. Messages travel as JSON in frames (`frames`)."""

from __future__ import annotations

from typing import Any, TypeAlias, cast

import msgspec

from pressgraph.embed.day import DayQuery  # noqa: TC001 - msgspec reads annotations
from pressgraph.project.typed_json import from_json


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A process can be asked."""

    without_network: bool = False


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """A job was not done, or not to the end. `kind` decides the status (`pressgraph.server.failures`)."""

    kind: str
    message: dict[str, str]
    """By language."""


# -- to workers


class WorkerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same for all requests. `memory` is in bytes, `service_timeout` in seconds."""

    memory: int
    network: bool
    services: tuple[str, ...]
    service_timeout: float
    prefixes: dict[str, str]
    base: str
    id_base: str
    language: str = "en"
    """Of the project: the order of lists."""
    day_queries: tuple[DayQuery, ...] = ()


class QueryRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="query"):
    """A query, whose text follows; `default` and `named` replace its dataset.

    Its result has at most so many rows, and bytes (`size`).
    """

    format: str
    base: str
    default: tuple[str, ...] | None
    named: tuple[str, ...] | None
    rows: int
    size: int


class GraphRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="graph"):
    """A graph; None is the default graph."""

    graph: str | None
    format: str
    rows: int
    size: int


class ThingRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="thing"):
    """What is said of an IRI, and what points to it."""

    iri: str


class DocumentRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="document"):
    """The description of an IRI, and of terms, as triples."""

    iri: str
    terms: tuple[str, ...] = ()
    statuses: tuple[str, ...] | None = None
    """Of facts; with them, what facts of these state, and what rests on such."""


class ExistsRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="exists"):
    """The first IRI of a list that occurs."""

    iris: tuple[str, ...]


class TermsRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="terms"):
    """Labels, definitions and classes of terms."""

    terms: tuple[str, ...]


class NamesRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="names"):
    """What things are called."""

    iris: tuple[str, ...]


class SearchRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="search"):
    """Things by their names, `most` of them; with `any_word` one word of the text is enough."""

    text: str
    most: int
    any_word: bool


class FileRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="file"):
    """A file of the graph that is no page (`pressgraph.feeds`), by its name; `published` is `[publish]`."""

    name: str
    address: str
    """Where the server is, without a slash at its end."""
    language: str
    languages: tuple[str, ...]
    title: str
    published: dict[str, Any]
    statuses: tuple[str, ...]
    thing: str | None = None
    """The IRI of what a calendar is of; None: of all labels."""


class ListRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="list"):
    """A page of a list of things of a kind (`pressgraph.pages.view.listing`), on a day."""

    kind: str
    facet: str
    value: str
    number: int
    today: str


class LinksRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="links"):
    """A page of all that leads to an IRI (`pressgraph.pages.view.pointing`)."""

    iri: str
    number: int
    language: str


class AloneRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="alone"):
    """What is said of things, without what is near them, for what they are called (`pressgraph.pages.view.called`)."""

    iris: tuple[str, ...]


class HeadRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="head"):
    """What the page of a thing tells search engines (`pressgraph.embed.data`), on a day (YYYY-MM-DD)."""

    iri: str
    language: str
    fallback: str
    url: str
    day: str
    statuses: tuple[str, ...]


DescriptionRequest: TypeAlias = (
    ThingRequest
    | DocumentRequest
    | HeadRequest
    | ExistsRequest
    | TermsRequest
    | NamesRequest
    | SearchRequest
    | ListRequest
    | LinksRequest
    | AloneRequest
)
WorkerRequest: TypeAlias = QueryRequest | GraphRequest | FileRequest | DescriptionRequest


def worker_request(data: bytes) -> WorkerRequest:
    """Return the request that JSON is."""
    return cast("WorkerRequest", from_json(data, WorkerRequest))  # type: ignore[arg-type]  # a union is a type for msgspec


# -- to the nursery


class WorkerStart(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="worker"):
    """A worker that is wanted, over the store at this path; `number` is what the server calls it."""

    number: int
    store: str


class WriterStart(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="writer"):
    """A writer that is wanted, which may allocate so much memory, in bytes."""

    number: int
    memory: int


Start: TypeAlias = WorkerStart | WriterStart


class Born(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a process: its id once it is there (`pid`), and how it ended (`status`)."""

    number: int
    pid: int | None = None
    status: int | None = None


def start(data: bytes) -> Start:
    """Return the start that JSON is."""
    return cast("Start", from_json(data, Start))  # type: ignore[arg-type]  # as above


# -- to writers


class Precondition(msgspec.Struct, frozen=True, kw_only=True):
    """What must hold of a graph for a write to be made: its revision, whether it is there. None: whatever it is."""

    revision: str | None = None
    exists: bool | None = None


class UpdateWrite(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="update"):
    """An update."""

    text: str
    base: str


class PutWrite(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="put"):
    """A graph that is replaced or merged into; `parts` are the media types of the contents, which follow."""

    graph: str | None
    replace: bool
    parts: tuple[str, ...]
    base: str
    precondition: Precondition = Precondition()


class DeleteWrite(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="delete"):
    """A graph that is deleted."""

    graph: str | None
    precondition: Precondition = Precondition()


Write: TypeAlias = UpdateWrite | PutWrite | DeleteWrite


class ServedFolder(msgspec.Struct, frozen=True, kw_only=True):
    """Where the served dataset is, what it is made of, and by which rules."""

    folder: str
    state: str
    id_base: str
    rules: dict[str, Any]
    before_in: str | None
    gone: dict[str, str]
    """The ids that were served once, each with the day of its withdrawal."""
    keep: tuple[str, ...]


class WriterRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Writes that are published together under the name `made`; without any, what was built is published.

    `wait` is how many seconds the lock may take.
    """

    dataset: ServedFolder
    writes: tuple[Write, ...]
    made: str
    prefixes: dict[str, str]
    wait: float


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a write: `failed` is the kind of a failure, empty where it was made; `message` is by language."""

    failed: str = ""
    message: dict[str, str] = {}
    created: bool = False


class WriterAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of all writes."""

    outcomes: tuple[Outcome, ...] = ()
