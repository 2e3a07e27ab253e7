"""What pages are composed of: pieces of sentences, blocks, and parts with a heading and their receipts.

Templates draw a piece by its `piece` and a block by its `block`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from markupsafe import Markup

    from pressgraph.pages.things import FactRead
    from pressgraph.pages.values import Name, Property, Statements, Value

# -- pieces of sentences


class Link(Struct, frozen=True, kw_only=True, gc=False):
    """A thing in a sentence; `fragment` is a place of its page. `label` or `level` is what it is called here."""

    piece: ClassVar[str] = "link"
    name: Name
    fragment: str = ""
    label: str = ""
    level: Level | None = None


class Day(Struct, frozen=True, kw_only=True, gc=False):
    """A date in words; `datetime` is what HTML can say of it, or empty."""

    piece: ClassVar[str] = "day"
    text: str
    datetime: str = ""


class Level(Struct, frozen=True, kw_only=True, gc=False):
    """A level of a scheme: as many steps as it has, filled up to the rank. `metal` is a colour for it, or empty."""

    piece: ClassVar[str] = "level"
    label: str
    metal: str = ""
    rank: int = 0
    of: int = 0


class State(Struct, frozen=True, kw_only=True, gc=False):
    """A state in words with its sign: good, bad or warn."""

    piece: ClassVar[str] = "state"
    text: str
    kind: str
    sign: str


class Shown(Struct, frozen=True, kw_only=True, gc=False):
    """A value as it is shown, how sure it is, and a note beside it."""

    piece: ClassVar[str] = "shown"
    value: Value
    status: str = "stated"
    note: str = ""
    derived: bool = False
    """Whether no fact says it: it follows from facts, the least sure of which has that status."""


class Tag(Struct, frozen=True, kw_only=True, gc=False):
    """How sure something is, where it is not stated."""

    piece: ClassVar[str] = "tag"
    status: str


class Text(Struct, frozen=True, kw_only=True, gc=False):
    """Words in a language; strong ones stand out."""

    piece: ClassVar[str] = "text"
    text: str
    language: str = ""
    strong: bool = False


Piece: TypeAlias = "str | Link | Day | Level | State | Shown | Tag | Text"
Sentence: TypeAlias = tuple[Piece, ...]

# -- blocks


class Row(Struct, frozen=True, kw_only=True, gc=False):
    """A line of a list of facts."""

    label: str
    values: Sentence
    joined: bool = True
    """Whether values are parted by commas."""


class Facts(Struct, frozen=True, kw_only=True, gc=False):
    """Short values in columns, or, with `one`, long ones below each other."""

    block: ClassVar[str] = "facts"
    rows: tuple[Row, ...]
    one: bool = False


class Chip(Struct, frozen=True, kw_only=True, gc=False):
    """A thing by its kind and name."""

    name: Name
    kind: str
    kind_word: str = ""
    level: Level | None = None


class Chips(Struct, frozen=True, kw_only=True, gc=False):
    """Rows of things of mixed kinds; `note` stands where there is none."""

    block: ClassVar[str] = "chips"
    rows: tuple[tuple[str, tuple[Chip, ...]], ...]


class Person(Struct, frozen=True, kw_only=True, gc=False):
    """Somebody, or an organisation, with a role and a time."""

    name: Name
    badge: str
    round: bool
    what: Sentence
    since: Sentence
    letter: str = ""
    """What names begin with from here on, in a list by names."""


class People(Struct, frozen=True, kw_only=True, gc=False):
    """People or organisations; those of former times are folded away."""

    block: ClassVar[str] = "people"
    rows: tuple[Person, ...]
    former: tuple[Person, ...] = ()
    whole: bool = False
    """Whether all are shown, however many there are."""


class Bar(Struct, frozen=True, kw_only=True, gc=False):
    """A row of a chart of validity: whose, the drawing, and the same in words."""

    who: Sentence
    note: Sentence
    drawing: Markup
    until: Sentence
    small: Sentence


class Bars(Struct, frozen=True, kw_only=True, gc=False):
    """Validity on one axis."""

    block: ClassVar[str] = "bars"
    axis: Markup
    rows: tuple[Bar, ...]
    legend: bool = True
    metal: str = ""


class Panel(Struct, frozen=True, kw_only=True, gc=False):
    """The label that is held now."""

    block: ClassVar[str] = "panel"
    heading: Sentence
    axis: Markup
    drawing: Markup
    words: Sentence
    metal: str = ""


class Said(Struct, frozen=True, kw_only=True, gc=False):
    """A quotation; `verbatim` only where the words stand in the text."""

    text: str
    language: str
    verbatim: bool
    caption: Sentence
    claims: tuple[tuple[str, str, str], ...] = ()
    """Kind, text and language of what it claims."""


class Quotes(Struct, frozen=True, kw_only=True, gc=False):
    """Quotations; after some the rest is folded away."""

    block: ClassVar[str] = "quotes"
    rows: tuple[Said, ...]
    rest: tuple[Said, ...] = ()


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """An entry of a timeline."""

    day: Day | None
    words: Sentence
    look: str = ""
    note: Sentence = ()


class Timeline(Struct, frozen=True, kw_only=True, gc=False):
    """What is dated, newest first, by year; the rest is folded away."""

    block: ClassVar[str] = "timeline"
    years: tuple[tuple[str, tuple[Event, ...]], ...]
    rest: tuple[tuple[str, tuple[Event, ...]], ...] = ()


class Way(Struct, frozen=True, kw_only=True, gc=False):
    """Steps in their order, without dates as an axis."""

    block: ClassVar[str] = "way"
    rows: tuple[Event, ...]


class Story(Struct, frozen=True, kw_only=True, gc=False):
    """A release."""

    name: Name
    day: Day | None
    note: Sentence


class Stories(Struct, frozen=True, kw_only=True, gc=False):
    """Releases, newest first; the rest is folded away."""

    block: ClassVar[str] = "stories"
    rows: tuple[Story, ...]
    rest: tuple[Story, ...] = ()


class Step(Struct, frozen=True, kw_only=True, gc=False):
    """A level of a scheme with its definition."""

    level: Level
    words: Sentence
    current: bool


class Steps(Struct, frozen=True, kw_only=True, gc=False):
    """The levels of a scheme."""

    block: ClassVar[str] = "steps"
    rows: tuple[Step, ...]


class ChainLink(Struct, frozen=True, kw_only=True, gc=False):
    """A label in the chain of those that replaced each other; without one, what is not known."""

    words: Sentence
    note: Sentence = ()
    metal: str = ""
    here: bool = False
    none: bool = False


class Chain(Struct, frozen=True, kw_only=True, gc=False):
    """What replaced what."""

    block: ClassVar[str] = "chain"
    rows: tuple[ChainLink, ...]


class Figure(Struct, frozen=True, kw_only=True, gc=False):
    """A value of a figure at a time; `share` is its part of the largest one, in percent."""

    day: Day | None
    value: Sentence
    share: float


class Series(Struct, frozen=True, kw_only=True, gc=False):
    """One figure over time."""

    block: ClassVar[str] = "series"
    label: str
    rows: tuple[Figure, ...]


class Words(Struct, frozen=True, kw_only=True, gc=False):
    """A paragraph."""

    block: ClassVar[str] = "words"
    words: Sentence
    small: bool = False


class Empty(Struct, frozen=True, kw_only=True, gc=False):
    """That nothing is known, and why that may not mean that there is nothing."""

    block: ClassVar[str] = "empty"
    strong: str
    text: str = ""


class Sum(Struct, frozen=True, kw_only=True, gc=False):
    """How many facts are how sure, in words and as a bar."""

    block: ClassVar[str] = "sum"
    words: str
    parts: tuple[tuple[str, float, float], ...]
    """Status, start and width in percent."""


class Cite(Struct, frozen=True, kw_only=True, gc=False):
    """How to cite it, and its forms."""

    block: ClassVar[str] = "cite"
    words: Sentence
    fingerprint: str = ""
    person: bool = False
    records: tuple[tuple[str, str], ...] = ()
    """How reference managers read it: the name of a form, and the record."""


class Table(Struct, frozen=True, kw_only=True, gc=False):
    """Statements as they are, where no part says them in its own way."""

    block: ClassVar[str] = "table"
    properties: tuple[Property, ...] = ()
    statements: tuple[Statements, ...] = ()
    read: tuple[FactRead, ...] = ()


Block: TypeAlias = (
    "Facts | Chips | People | Bars | Panel | Quotes | Timeline | Way | Stories | Steps | Chain | Series | Words | Empty"
    " | Sum | Cite | Table"
)

# -- receipts and parts


class Proof(Struct, frozen=True, kw_only=True, gc=False):
    """Where a fact comes from: its words, or what it says and where it stands.

    What follows from facts has no graph of its own (`fact`): it comes from a source, or from several.
    """

    words: tuple[str, ...]
    language: str
    says: str
    source: Link | None
    day: Day | None
    spans: tuple[tuple[int, int], ...]
    status: str
    reviewed: bool
    fact: Name | None


class Know(Struct, frozen=True, kw_only=True, gc=False):
    """The receipts of a part, with how many they are in words."""

    summary: str
    proofs: tuple[Proof, ...]
    open: bool = False
    more: int = 0
    """How many receipts are not listed here."""
    kept: str = ""
    """How many facts of the same sources are not published, in words."""


class Part(Struct, frozen=True, kw_only=True, gc=False):
    """A part of a page."""

    key: str
    heading: str
    blocks: tuple[Block, ...]
    small: str = ""
    know: Know | None = None
    long: bool = False
    jump: bool = False
    """Whether the page's head leads to it."""


class Passage(Struct, frozen=True, kw_only=True, gc=False):
    """A stretch of a release that facts rest on, and what was read from it."""

    number: int
    starts: tuple[int, ...]
    """Where the evidence of its facts begins, in characters: links lead to these places."""
    end: int
    words: str
    """Empty where they are not published."""
    status: str
    told: tuple[Told, ...]
    quotes: tuple[Said, ...] = ()
    facts: tuple[str, ...] = ()
    """The facts, each by the end of its name, which is its place on the page."""
    see: int = 0
    """The number of the passage where what it tells is told already; 0: here."""

    @property
    def start(self) -> int:
        """Where it begins, in characters."""
        return self.starts[0]


class Stretch(Struct, frozen=True, kw_only=True, gc=False):
    """Words of a paragraph, of one passage or of none."""

    text: str
    passage: Passage | None = None
    begins: bool = False
    """Whether the passage has its number here."""


class Paragraph(Struct, frozen=True, kw_only=True, gc=False):
    """A paragraph of a release, with the passages that begin in it; without stretches where its text is not shown."""

    stretches: tuple[Stretch, ...]
    passages: tuple[Passage, ...]
    is_lines: bool = False
    """Whether the ends of its lines are meant."""
    cut: int = 0
    """How many stretches of contact data are not shown."""


class Told(Struct, frozen=True, kw_only=True, gc=False):
    """What a passage tells of one thing."""

    subject: Name
    kind: str
    rows: tuple[Row, ...]


class Page(Struct, frozen=True, kw_only=True, gc=False):
    """The page of a thing."""

    kind: str
    """organisation, label, release, person, event, other."""
    name: Name
    kicker: Sentence
    description: str
    """A sentence for search engines."""
    parts: tuple[Part, ...]
    lead: Sentence = ()
    badge: str = ""
    level: Level | None = None
    chips: tuple[Chip, ...] = ()
    aside: tuple[tuple[str, str], ...] = ()
    address: str = ""
    """Where the release itself is to be read."""
    paragraphs: tuple[Paragraph, ...] = ()
    unplaced: tuple[Told, ...] = ()
    unplaced_quotes: tuple[Said, ...] = ()
    unplaced_facts: tuple[str, ...] = ()
    shows_text: bool = False
    text_language: str = ""
    all_read: int = 0
    kept: str = ""
    """How many facts of a release are not published, in words."""
    section: str = ""
    """The list that it belongs to."""
    iri: str = ""
    empty: bool = False
    more: bool = False
    """Whether more leads to the thing than is shown."""
    jumps: tuple[tuple[str, str], ...] = ()
