"""The rules of a project: those of the profile, in the order in which they are run.

A rule reads facts, what the profile's axioms and dates conclude from them, and what the rules of earlier stages
conclude; never what rules of its own stage do, itself included. The stage follows from the headers: one more than the
latest rule of `# @after`. Where a rule reads what another may conclude, one of the two says which goes first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.derive.axioms import KINDS, Axioms
from pressgraph.derive.parse import Rule, parse_rule
from pressgraph.errors import Place, ProfileError
from pressgraph.i18n import gettext
from pressgraph.project import resource_folder
from pressgraph.rdf import RDF_TYPE, STATUSES
from pressgraph.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from pressgraph.derive.parse import Pattern
    from pressgraph.profile import Profile
    from pressgraph.project import Project

BOUNDS = "bounds"
"""What is derived from dates, as a rule that others may name after `@after`."""
FOLDER = "derive"


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedRule:
    """A rule with what its header says."""

    rule: Rule
    stage: int
    doubt: int
    """How sure its conclusions are at most, as a place in `STATUSES`."""

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.rule.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All that derives: rules in stages, axioms, and whether dates give bounds."""

    rules: tuple[StagedRule, ...] = ()
    axioms: Axioms = field(default_factory=Axioms)
    bounds: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    """By property of dates, the properties that say its first and its last day."""
    prefixes: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""

    def __bool__(self) -> bool:
        """Whether anything can be derived."""
        return bool(self.rules or self.axioms or self.bounds)

    def sentence(self, name: str, language: str) -> str:
        """Return what a rule says in a language, else in English; empty for axioms and for dates."""
        rule = next((it.rule for it in self.rules if it.name == name), None)
        said = {tag.word: tag.value for tag in rule.tags} if rule is not None else {}
        return said.get(language) or (rule.question if rule is not None else "")


@lru_cache(maxsize=512)
def _parsed(text: str, name: str, path: Path, prefixes: tuple[tuple[str, str], ...]) -> Rule:
    """Parse a rule once: who checks or builds again and again loads the same ones."""
    return parse_rule(text, name=name, path=path, prefixes=dict(prefixes))


def load_rules(project: Project, profile: Profile) -> Rules:
    """Return the rules of a project: `queries/derive/*.rq`, shipped and its own, without those of `[derive] without`.

    Raises ProfileError.
    """
    prefixes = profile.query_prefixes(project.id_base)
    files = _files(project)
    without = set(project.derive_without)
    known = {*files, *KINDS, BOUNDS}
    for name in sorted(without - known):
        raise ProfileError(
            gettext("[derive] without: there is no rule '{name}'", name=name),
            place=Place(file="pressgraph.toml"),
            hint=did_you_mean(name, known),
        )
    texts = tuple((name, _read(path), path) for name, path in files.items() if name not in without)
    return _rules(profile, texts, frozenset(without), tuple(sorted(prefixes.items())))


@lru_cache(maxsize=8)
def _rules(
    profile: Profile,
    files: tuple[tuple[str, str, Path], ...],
    without: frozenset[str],
    declared: tuple[tuple[str, str], ...],
) -> Rules:
    """Make rules of their texts, once for the same ones."""
    import hashlib

    texts = {name: text for name, text, _ in files}
    rules = [_parsed(text, name, path, declared) for name, text, path in files]
    axioms = Axioms.of(profile, without)
    bounds = {iri: (it.earliest, it.latest) for iri, it in (profile.bounds if BOUNDS not in without else {}).items()}
    said = repr((sorted(texts.items()), sorted(without), profile.digest))
    return Rules(
        rules=staged(rules, axioms, bounds, without),
        axioms=axioms,
        bounds=bounds,
        prefixes=dict(declared),
        digest=hashlib.sha256(said.encode()).hexdigest(),
    )


def _files(project: Project) -> dict[str, Path]:
    folders = [] if project.replace_profile else [resource_folder("queries")]
    folders += [path for path in project.queries if path not in folders]
    return {
        path.stem: path
        for folder in folders
        if (folder / FOLDER).is_dir()
        for path in sorted((folder / FOLDER).glob("*.rq"))
    }


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(
            gettext("the rule cannot be read: {reason}", reason=error),
            place=Place(file=str(path)),
        ) from error


def staged(
    rules: Sequence[Rule],
    axioms: Axioms,
    bounds: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]],
    without: Collection[str] = (),
) -> tuple[StagedRule, ...]:
    """Return rules in the order in which they are run; `without` are names that headers may still say.

    Raises ProfileError for headers that name what is not there, lead in a circle, or leave an order open.
    """
    names = {rule.name for rule in rules}
    after: dict[str, list[str]] = {}
    doubts: dict[str, int] = {}
    for rule in rules:
        after[rule.name], doubts[rule.name] = _header(rule, names | set(without) | {BOUNDS})
    for rule in rules:
        after[rule.name] = [it for it in after[rule.name] if it in names or it == BOUNDS]
    before = {rule.name: _before(rule, after) for rule in rules}
    concluded = {rule.name: _concluded(rule.head, axioms) for rule in rules}
    if bounds:
        concluded[BOUNDS] = {(iri, None) for ends in bounds.values() for end in ends for iri in end}
    giving: dict[str, list[tuple[str, Signature]]] = {}
    for other, gives in concluded.items():
        for one in gives:
            giving.setdefault(one[0], []).append((other, one))
    for rule in rules:
        # a pattern in GRAPH reads what facts say
        elsewhere = [it for it in rule.where if it.fact is None]
        for reads in _signatures((*elsewhere, *(it for one in rule.unless for it in one.patterns))):
            for other, one in giving.get(reads[0], ()):
                ordered = other == rule.name or other in before[rule.name] or rule.name in before.get(other, ())
                if not ordered and _meet(reads, one):
                    raise rule.error(
                        gettext(
                            "the rule reads <{iri}>, which '{other}' may conclude: which of them goes first?",
                            iri=reads[0],
                            other=other,
                        ),
                        hint=gettext(
                            "write '# @after {other}' here, or '# @after {name}' there", other=other, name=rule.name
                        ),
                    )
    stages = {name: 1 + _depth(name, after) for name in names}
    found = [StagedRule(rule=it, stage=stages[it.name], doubt=doubts[it.name]) for it in rules]
    return tuple(sorted(found, key=lambda it: (it.stage, it.name)))


def _header(rule: Rule, known: set[str]) -> tuple[list[str], int]:
    after: list[str] = []
    doubt = 0
    for tag in rule.tags:
        if tag.word == "after":
            for name in tag.value.replace(",", " ").split():
                if name not in known:
                    raise rule.error(
                        gettext("there is no rule '{name}'", name=name),
                        line=tag.line,
                        hint=did_you_mean(name, known),
                    )
                after.append(name)
        elif tag.word == "rests-on":
            word = tag.value
            if word not in STATUSES:
                raise rule.error(
                    gettext("'{word}' is no status of facts", word=word),
                    line=tag.line,
                    hint=did_you_mean(word, STATUSES, otherwise=", ".join(STATUSES)),
                )
            doubt = STATUSES.index(word)
    return after, doubt


def _before(rule: Rule, after: Mapping[str, list[str]]) -> set[str]:
    """Return the rules that a rule is run after, at any remove; refuse a circle."""
    found: set[str] = set()
    todo = list(after[rule.name])
    while todo:
        name = todo.pop()
        if name == rule.name:
            raise rule.error(
                gettext("its @after leads back to itself"),
                line=next((tag.line for tag in rule.tags if tag.word == "after"), 0),
            )
        if name not in found:
            found.add(name)
            todo += after.get(name, [])
    return found


def _depth(name: str, after: Mapping[str, list[str]]) -> int:
    return max((1 + _depth(it, after) for it in after[name] if it != BOUNDS), default=0)


Signature = tuple[str, str | None]
"""A property, and of a class the class."""


def _signatures(patterns: Sequence[Pattern]) -> Iterator[Signature]:
    for pattern in patterns:
        typed = pattern.predicate.value == RDF_TYPE and isinstance(pattern.object, ox.NamedNode)
        yield pattern.predicate.value, pattern.object.value if typed else None  # type: ignore[union-attr]


def _concluded(head: Sequence[Pattern], axioms: Axioms) -> set[Signature]:
    found: set[Signature] = set()
    for predicate, kind in _signatures(head):
        found.add((predicate, kind))
        found |= {(other, None) for other, _ in axioms.implied(predicate)}
        if kind is not None:
            found |= {(RDF_TYPE, other) for other in axioms.superclasses(kind)}
    return found


def _meet(one: Signature, other: Signature) -> bool:
    """Tell whether one reads what the other gives, of the same property."""
    return one[1] == other[1] or one[1] is None or other[1] is None
