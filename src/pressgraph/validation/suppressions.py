"""Suppressions: a fact may say that it breaks a rule, and why (`allow: [rule: reason]`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pressgraph.convert.emitter import compile_emitter
from pressgraph.errors import Place
from pressgraph.facts.model import is_node
from pressgraph.facts.rules import problem
from pressgraph.i18n import Text, by_language
from pressgraph.profile.model import Kind
from pressgraph.rdf import PG, SH
from pressgraph.spelling import did_you_mean
from pressgraph.validation.report import Result, Severity, rule_of
from pressgraph.validation.shacl.shapes import profile_shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pressgraph.facts.model import Body, FactsFile
    from pressgraph.profile import Profile

UNUSED = "unused-allowance"
FACT_WARNINGS = frozenset({"evidence-without-value"})
"""Warnings of the facts rules that a fact may allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """What a fact may break: which rule, why, on which things, and where it says so."""

    rule: str
    reason: str
    place: Place
    things: tuple[str, ...]
    """The IRIs of the fact's thing and of the nodes nested in it."""

    def to_json(self) -> list[Any]:
        """Return the suppression as a build keeps it."""
        place = self.place
        return [self.rule, self.reason, list(self.things), place.line, place.column, place.sheet, place.header]

    @classmethod
    def from_json(cls, stored: list[Any], file: str) -> Suppression:
        """Return the suppression that `to_json` wrote."""
        rule, reason, things, line, column, sheet, header = stored
        place = Place(file=file, line=line, column=column, sheet=sheet, header=header)
        return cls(rule=rule, reason=reason, place=place, things=tuple(things))


def suppressions_in(file: FactsFile, profile: Profile, id_base: str) -> Iterator[Suppression]:
    """Yield the suppressions that the facts of a file state."""
    emitter = compile_emitter(profile, id_base)

    def things(body: Body) -> Iterator[str]:
        yield emitter.iri(body["id"])[1:-1]
        for key, values in body.items():
            if key not in {"id", "type"} and profile.keys[key].takes(Kind.LINK):
                for value in values:
                    if is_node(value):
                        yield from things(value)

    for fact in file.facts:
        for allowance in fact.allow:
            if allowance.used:
                continue
            yield Suppression(
                rule=allowance.rule,
                reason=allowance.reason,
                place=allowance.place,
                things=tuple(things(fact.body)),
            )


def suppress(
    results: Iterable[Result],
    stated: Iterable[Suppression],
    rules: Callable[[], set[str]],
    thing_of: Callable[[str], str],
) -> list[Result]:
    """Return the results, the suppressed ones marked with the fact's reason, and a warning for each unused suppression.

    `rules` returns the names of all rules; it is called only where one is misspelt or unused. `thing_of` returns the
    thing that a result on a node is about.
    """
    by_rule: dict[str, dict[str, list[Suppression]]] = {}
    stated = list(stated)
    if not stated:
        return list(results)
    for suppression in stated:
        for thing in suppression.things:
            by_rule.setdefault(suppression.rule, {}).setdefault(thing, []).append(suppression)
    used: set[Suppression] = set()
    marked: list[Result] = []
    for result in results:
        allowed = by_rule.get(result.rule)
        fitting = allowed.get(thing_of(result.focus), []) if allowed else []
        used.update(fitting)
        marked.append(replace(result, allowed=fitting[0].reason) if fitting else result)
    unused = [suppression for suppression in stated if suppression not in used]
    names = sorted(rules()) if unused else []
    marked += (_unused(suppression, names) for suppression in unused)
    return marked


def _unused(suppression: Suppression, rules: list[str]) -> Result:
    hint = did_you_mean(suppression.rule, rules) if suppression.rule not in rules else None
    warning = problem(UNUSED, suppression.place, hint=hint, rule=suppression.rule)
    return Result(
        focus=suppression.things[0],
        shape=f"{PG}{UNUSED}",
        component=f"{PG}FactsRule",
        severity=Severity.WARNING,
        messages=by_language(warning.message),
        place=suppression.place,
        hint=warning.hint if isinstance(warning.hint, Text) else None,
    )


def rule_names(profile: Profile, checks: Iterable[str]) -> set[str]:
    """Return the names of all rules that a fact may suppress."""
    shapes = {
        rule_of(triple.subject.value)
        for triple in profile_shapes(profile).triples
        if triple.predicate.value in {f"{SH}message", f"{SH}path"} and hasattr(triple.subject, "value")
    }
    return shapes | set(checks) | FACT_WARNINGS
