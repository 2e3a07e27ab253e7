"""Measure a draft against the facts that a careful reader finds: recall, precision and evidence, by kind of fact.

A statement is a thing, a key and a value. Things are the same where they share a name; those without names, such as
labels and offices, where most of what is said of them is the same. A statement is found where draft and gold agree on
all three and their evidence overlaps by half of the shorter one; that of names and classes, which every mention says,
is not compared. `overlap` is the mean of what both have of their
evidence together.

Usage: score.py DRAFT.yaml GOLD.yaml
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from pressgraph.drafting.known import KnownNames
from pressgraph.drafting.proposal import SOURCE, Proposal, Ref
from pressgraph.facts.quantities import read_quantity
from pressgraph.profile import load_profile
from pressgraph.project import open_project
from pressgraph.text import Searchable, WordsError, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pressgraph.profile import Profile
    from pressgraph.text import Span

ROOT = Path(__file__).parents[2]
_WORDS = {"id", "type", "status", "evidence", "personal", "proposedBy", "reviewedBy", "reviewedOn", "allow"}
_NAMES = {"name", "legalName", "alternateName"}
_ANYWHERE = {"type", "name", "legalName", "alternateName", "legalForm"}
"""What every place that names a thing says: where it stands is not compared."""
_HALF = 0.5
_ZONE = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::00)?(?:Z|[+-]\d\d:\d\d)$")
KINDS = (
    ("awards", {"AwardedLabel", "LabelAward", "Assessment", "ValidityPeriod", "CriteriaSet", "LabelScheme"}),
    ("offices", {"Membership"}),
    ("people", {"Person"}),
    ("quotations", {"QuotedStatement", "Claim"}),
    ("contacts", {"ContactPoint"}),
    ("money and projects", {"Grant", "Project", "ResearchProject", "Programme", "Call"}),
    ("agreements", {"Agreement"}),
    ("events", {"Event", "Fair", "Stand", "Conference", "SocialEvent", "Announcement"}),
    ("places", {"City", "Place", "AdministrativeArea", "Country", "Continent"}),
    ("document", {"NewsArticle", "Report"}),
)


@dataclass(slots=True)
class Thing:
    """A thing of a draft or of the gold."""

    id: str
    classes: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said of a thing; `value` is an id where `link`, `fact` the number of the fact that says it."""

    about: str
    key: str
    value: str
    link: bool
    spans: tuple[Span, ...]
    fact: int


@dataclass(slots=True)
class Facts:
    """The things and the statements of a file."""

    things: dict[str, Thing] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)

    def thing(self, id_: str) -> Thing:
        """Return a thing by its id."""
        return self.things.setdefault(id_, Thing(id_))


class Scorer:
    """Compares; made once for a profile."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.names = {it.id: it.names for it in KnownNames(profile).things}
        self.reference = {id_: set(map(_plain, names)) for id_, names in self.names.items()}
        scheme = profile.schemes["unit"].concepts.values()
        self.units = {sign: sign for it in scheme for sign in it.signs}

    # -- the two sides

    def read(self, path: Path, text: str | None = None) -> tuple[Facts, str]:
        """Return the facts of a YAML file, and the text that they were read from."""
        data = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - texts, not objects
        source = data["source"]
        if text is None:
            text = (path.parent / source["file"]).read_text(encoding="utf-8")
        facts = Facts()
        searchable = Searchable(text)
        for number, body in enumerate([source, *(data.get("facts") or [])]):
            spans = tuple(_spans(body.get("evidence"), searchable)) if number else ((0, len(text)),)
            self._body(body, facts, spans, number, source["id"])
        return self._with_plain_terms(facts), text

    def _body(self, body: Mapping[str, Any], facts: Facts, spans: tuple[Span, ...], number: int, source: str) -> str:
        id_ = SOURCE if body.get("id") == source else body.get("id") or f"_:{number}-{len(facts.statements)}"
        thing = facts.thing(id_)
        for class_ in _list(body.get("type")):
            thing.classes.add(class_)
            if number:
                facts.statements.append(Statement(id_, "type", class_, link=False, spans=spans, fact=number))
        for key, values in body.items():
            if key in _WORDS or (number == 0 and key not in {"headline", "datePublished", "inLanguage"}):
                continue
            for value in _list(values):
                for one, link in self._values(key, value, facts, spans, number, source):
                    facts.statements.append(Statement(id_, key, one, link, spans, number))
                    if key in _NAMES:
                        thing.names.add(_plain(one))
        return id_

    @staticmethod
    def _with_plain_terms(facts: Facts) -> Facts:
        """Write a validity that says no more than how long it is as the duration of its label: it says the same."""
        said: dict[str, dict[str, str]] = defaultdict(dict)
        for it in facts.statements:
            said[it.about][it.key] = it.value
        plain = {
            id_: keys["duration"]
            for id_, keys in said.items()
            if "ValidityPeriod" in facts.thing(id_).classes
            and keys.keys() <= {"type", "basis", "duration"}
            and "duration" in keys
        }
        facts.statements = [
            replace(it, key="duration", value=plain[it.value], link=False) if it.value in plain else it
            for it in facts.statements
            if it.about not in plain
        ]
        return facts

    def _values(
        self, key: str, value: Any, facts: Facts, spans: tuple[Span, ...], number: int, source: str
    ) -> Iterator[tuple[str, bool]]:
        if isinstance(value, dict):
            if value.keys() & {"id", "type"}:
                yield self._body(value, facts, spans, number, source), True
            elif all(re.fullmatch(r"[a-z]{2}", it) for it in value):
                for texts in value.values():
                    yield from ((it, False) for it in _list(texts))
            else:
                yield self._node(value), False
        elif self._is_id(key, value):
            yield (SOURCE if value == source else value), True
        else:
            yield str(value), False

    def _node(self, value: Mapping[str, Any]) -> str:
        return "; ".join(f"{key}={self.canonical(str(it))}" for key, it in sorted(value.items()) if key != "saidBy")

    def _is_id(self, key: str, value: str) -> bool:
        term = self.profile.keys.get(key)
        return (
            term is not None
            and term.kind.value in {"link", "mixed"}
            and ("/" in value or ":" in value)
            and not value[:1].isdigit()
            and " " not in value
        )

    def proposed(self, proposal: Proposal, text: str) -> Facts:
        """Return what was proposed as facts; each statement is one. What is known of known things counts as said."""
        facts = Facts()
        ids = {it.ref: it.id or it.ref for it in proposal.things}
        used = {it.about for it in proposal.statements}
        used |= {it.value.ref for it in proposal.statements if isinstance(it.value, Ref)}
        for number, it in enumerate(proposal.things, start=1):
            thing = facts.thing(ids[it.ref])
            thing.classes.add(it.class_)
            if it.ref in used and it.id is not None:
                for name in self.names.get(it.id, ()):
                    if name in text:
                        key = "name" if " " in name or not name.isupper() else "alternateName"
                        facts.statements.append(Statement(it.id, key, name, link=False, spans=(), fact=number))
                facts.statements.append(Statement(it.id, "type", it.class_, link=False, spans=(), fact=number))
            elif it.ref in used:
                first = next(
                    (s.span for s in proposal.statements if it.ref in {s.about, getattr(s.value, "ref", None)}), None
                )
                spans = (first,) if first is not None else ()
                facts.statements.append(Statement(thing.id, "type", it.class_, link=False, spans=spans, fact=number))
        for number, said in enumerate(proposal.statements, start=1000):
            about = ids.get(said.about, said.about)
            link = isinstance(said.value, Ref)
            if isinstance(said.value, Ref):
                values = [ids.get(said.value.ref, said.value.ref)]
            elif isinstance(said.value, str):
                values = [said.value]
                link = self._is_id(said.key, said.value)
            elif all(re.fullmatch(r"[a-z]{2}", it) for it in said.value):
                values = [str(it) for it in said.value.values()]
            else:
                values = [self._node(said.value)]
            for value in values:
                span = (said.span,) if said.span is not None else ()
                if link:
                    facts.thing(value)
                facts.statements.append(Statement(about, said.key, value, link, span, number))
                if said.key in _NAMES:
                    facts.thing(about).names.add(_plain(value))
        return self._with_plain_terms(facts)

    # -- comparing

    def canonical(self, value: str) -> str:
        """Return a value as it is compared; the zone of an hour is in no text."""
        value = _ZONE.sub(r"\1", value)
        quantity = read_quantity(value, self.units) if re.search(r"\d", value) else None
        return str(tuple(quantity)) if quantity is not None else _plain(value)

    def align(self, draft: Facts, gold: Facts) -> dict[str, str]:
        """Return the things of the gold by those of the draft that are the same."""
        same = {SOURCE: SOURCE}
        for alike in (True, False):
            for one in draft.things.values():
                names = one.names | self.reference.get(one.id, set())
                for other in gold.things.values():
                    others = other.names | self.reference.get(other.id, set())
                    if one.id in same or other.id in same.values() or not (one.id == other.id or names & others):
                        continue
                    if not alike or self._alike(draft, one.id, gold, other.id):
                        same[one.id] = other.id
        unchanged = {it: it for it in gold.things}
        for _ in range(3):
            shared: dict[tuple[str, str], float] = defaultdict(float)
            said: dict[tuple[str, str], set[Statement]] = defaultdict(set)
            for it in gold.statements:
                said[it.key, self._value(it, unchanged)].add(it)
            for it in draft.statements:
                for his in said.get((it.key, self._value(it, same)), ()):
                    if it.about in same or his.about in same.values() or it.key == "type":
                        continue
                    if self._alike(draft, it.about, gold, his.about):
                        shared[it.about, his.about] += 0.1 + (_overlap(it.spans, his.spans) or 0)
            for mine, theirs in sorted(shared, key=lambda it: -shared[it]):
                if mine not in same and theirs not in same.values():
                    same[mine] = theirs
        return same

    @staticmethod
    def _alike(draft: Facts, one: str, gold: Facts, other: str) -> bool:
        return bool(draft.thing(one).classes & gold.thing(other).classes)

    def _value(self, it: Statement, same: Mapping[str, str]) -> str:
        return f"<{same.get(it.value, it.value)}>" if it.link else self.canonical(it.value)

    def kind(self, facts: Facts, it: Statement) -> str:
        """Return the kind of fact that a statement belongs to."""
        key = self.profile.keys.get(it.key)
        classes = facts.thing(it.about).classes
        if it.about == SOURCE:
            return "document"
        if it.key == "contactPoint":
            return "contacts"
        found = next((kind for kind, names in KINDS if names & classes), "organisations")
        if found == "organisations" and key is not None and key.measure is not None:
            return "figures"
        return found

    def score(self, draft: Facts, gold: Facts) -> Score:
        """Compare a draft with the gold."""
        same = self.align(draft, gold)
        unchanged = {it: it for it in gold.things}
        wanted: dict[tuple[str, str, str], list[Statement]] = defaultdict(list)
        for it in gold.statements:
            wanted[it.about, it.key, self._value(it, unchanged)].append(it)
        result = Score()
        found: set[Statement] = set()
        counted: set[tuple[str, str, str]] = set()
        for it in draft.statements:
            key = same.get(it.about, it.about), it.key, self._value(it, same)
            if key in counted:
                continue
            counted.add(key)
            kind = self.kind(draft, it)
            result.drafted[kind] += 1
            if it.key in _ANYWHERE and key in wanted:
                result.right[kind] += bool(it.spans)
                result.drafted[kind] -= not it.spans
                found.update(wanted[key])
                continue
            fits = [
                (share, other)
                for other in wanted.get(key, ())
                if (share := _overlap(it.spans, other.spans)) is not None
            ]
            if fits:
                share, _ = max(fits, key=lambda it: it[0])
                result.right[kind] += 1
                result.overlaps[kind].append(share)
                found.update(wanted[key])
            elif it.spans or it.about == SOURCE:
                result.wrong.append(it)
            else:
                # known already, and not said by the draft
                result.drafted[kind] -= 1
        done: set[tuple[str, str, str]] = set()
        for key, statements in wanted.items():
            if key in done:
                continue
            done.add(key)
            kind = self.kind(gold, statements[0])
            result.gold[kind] += 1
            if statements[0] in found:
                result.found[kind] += 1
            else:
                result.missed.append(statements[0])
        by_fact: dict[int, list[bool]] = defaultdict(list)
        for it in gold.statements:
            by_fact[it.fact].append(it in found)
        by_fact.pop(0, None)
        result.facts = len(by_fact)
        result.whole = sum(map(all, by_fact.values()))
        return result


@dataclass(slots=True)
class Score:
    """What was found, by kind."""

    gold: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    drafted: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    overlaps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[Statement] = field(default_factory=list)
    missed: list[Statement] = field(default_factory=list)
    facts: int = 0
    whole: int = 0

    def add(self, other: Score) -> None:
        """Add the score of another text."""
        for mine, theirs in (
            (self.gold, other.gold),
            (self.found, other.found),
            (self.drafted, other.drafted),
            (self.right, other.right),
        ):
            mine.update(theirs)
        for kind, shares in other.overlaps.items():
            self.overlaps[kind] += shares
        self.facts += other.facts
        self.whole += other.whole

    def table(self) -> str:
        """Return the score as a table in Markdown."""
        rows = ["| kind | in the gold | recall | drafted | precision | overlap |", "|---|---|---|---|---|---|"]
        for kind in (*sorted(self.gold.keys() | self.drafted.keys()), "all"):
            every = kind == "all"
            gold, found, drafted, right = (
                it.total() if every else it[kind] for it in (self.gold, self.found, self.drafted, self.right)
            )
            shares = [it for each in self.overlaps.values() for it in each] if every else self.overlaps.get(kind, [])
            parts = _part(found, gold), str(drafted), _part(right, drafted), _part(sum(shares), len(shares))
            rows.append(f"| {kind} | {gold} | {' | '.join(parts)} |")
        return "\n".join([*rows, f"\nfacts whole: {self.whole} of {self.facts}"])


def _part(some: float, of: int) -> str:
    return f"{some / of:.2f}" if of else "–"


def _overlap(mine: Iterable[Span], theirs: Iterable[Span]) -> float | None:
    """Return which part of two evidences both have; None where that is less than half of the shorter one."""
    one, other = ({at for start, end in spans for at in range(start, end)} for spans in (mine, theirs))
    if not one or not other or len(one & other) < _HALF * min(len(one), len(other)):
        return None
    return len(one & other) / len(one | other)


def _spans(evidence: Any, text: Searchable) -> Iterator[Span]:
    if isinstance(evidence, list) and evidence and all(isinstance(it, str) and it.isdigit() for it in evidence):
        yield int(evidence[0]), int(evidence[1])
        return
    for it in _list(evidence):
        if isinstance(it, list):
            yield int(it[0]), int(it[1])
            continue
        words, nth = (it["words"], int(it.get("nth", 1))) if isinstance(it, dict) else (it, None)
        try:
            yield text.find(words, nth)
        except WordsError:
            yield from text.places(words)


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _plain(value: str) -> str:
    return re.sub(r"[\W_]+", " ", fold(value)).strip().casefold()


def main() -> None:
    """Print the score of a draft."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("draft", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--text", type=Path, help="the text, where the gold does not name it")
    parser.add_argument("--errors", action="store_true", help="list what is wrong and what was missed")
    asked = parser.parse_args()
    scorer = Scorer(load_profile(open_project(ROOT)))
    text = asked.text.read_text(encoding="utf-8") if asked.text else None
    gold, text = scorer.read(asked.gold, text)
    draft, _ = scorer.read(asked.draft, text)
    result = scorer.score(draft, gold)
    sys.stdout.write(f"{result.table()}\n")
    if asked.errors:
        for name, statements in (("wrong", result.wrong), ("missed", result.missed)):
            sys.stdout.writelines(f"{name}: {it.about} {it.key} {it.value}\n" for it in statements)


if __name__ == "__main__":
    main()
