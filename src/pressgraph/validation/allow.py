"""Suppressions: a fact may say that it breaks a rule, and why (`allow: [rule: reason]`)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pressgraph.convert.emitter import compile_emitter
from pressgraph.errors import Place
from pressgraph.facts.check import is_node
from pressgraph.facts.rules import problem
from pressgraph.i18n import Text
from pressgraph.profile.model import Kind
from pressgraph.rdf import PG, SH
from pressgraph.spelling import did_you_mean
from pressgraph.validation.report import Result, Severity, rule_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pressgraph.facts.model import Body, FactsFile
    from pressgraph.profile import Profile

UNUSED = "unused-allowance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a fact is allowed to break: on which things, and where it says so."""

    rule: str
    reason: str
    place: Place
    things: tuple[str, ...]
    """The IRIs of the fact's thing and of the nodes nested in it."""

    def to_json(self) -> list[Any]:
        """Return the permission as a build keeps it."""
        place = self.place
        return [self.rule, self.reason, list(self.things), place.line, place.column, place.sheet, place.header]

    @classmethod
    def from_json(cls, kept: list[Any], file: str) -> Permission:
        """Return a kept permission."""
        rule, reason, things, line, column, sheet, header = kept
        place = Place(file=file, line=line, column=column, sheet=sheet, header=header)
        return cls(rule=rule, reason=reason, place=place, things=tuple(things))


def permissions(found: FactsFile, profile: Profile, id_base: str) -> Iterator[Permission]:
    """Yield what the facts of a file are allowed to break."""
    emitter = compile_emitter(profile, id_base)

    def things(body: Body) -> Iterator[str]:
        yield emitter.iri(body["id"])[1:-1]
        for key, values in body.items():
            if key not in {"id", "type"} and profile.keys[key].takes(Kind.LINK):
                for value in values:
                    if is_node(value):
                        yield from things(value)

    for fact in found.facts:
        for allowance in fact.allow:
            yield Permission(
                rule=allowance.rule,
                reason=allowance.reason,
                place=allowance.place,
                things=tuple(things(fact.body)),
            )


def apply_permissions(
    results: Iterable[Result], given: Iterable[Permission], known_rules: Iterable[str]
) -> list[Result]:
    """Return the results, those that a fact allows marked with its reason, and a warning for each unused permission."""
    by_rule: dict[tuple[str, str], list[Permission]] = defaultdict(list)
    given = list(given)
    for permission in given:
        for thing in permission.things:
            by_rule[permission.rule, thing].append(permission)
    used: set[Permission] = set()
    marked: list[Result] = []
    for result in results:
        found = by_rule.get((result.rule, result.focus), [])
        used.update(found)
        marked.append(replace(result, allowed=found[0].reason) if found else result)
    known: list[str] | None = None
    for permission in given:
        if permission in used:
            continue
        known = sorted(known_rules) if known is None else known
        hint = did_you_mean(permission.rule, known) if permission.rule not in known else None
        said = problem(UNUSED, permission.place, hint=hint, rule=permission.rule)
        message = said.message if isinstance(said.message, Text) else Text(said.message)
        marked.append(
            Result(
                focus=permission.things[0],
                shape=f"{PG}{UNUSED}",
                component=f"{PG}FactsRule",
                severity=Severity.WARNING,
                messages={"de": message.to("de"), "en": str(message)},
                place=permission.place,
                hint=said.hint if isinstance(said.hint, Text) else None,
            )
        )
    return marked


def rule_names(profile: Profile, checks: Iterable[str]) -> set[str]:
    """Return the names of all rules that a fact may be allowed to break."""
    from pressgraph.validation.engines import profile_shapes

    shapes = {
        rule_of(triple.subject.value)
        for triple in profile_shapes(profile).triples
        if triple.predicate.value in {f"{SH}message", f"{SH}path"} and hasattr(triple.subject, "value")
    }
    return shapes | set(checks)
