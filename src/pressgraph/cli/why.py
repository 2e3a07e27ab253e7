"""The command `why`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from pressgraph.cli.common import State, output_option, pass_state, write_output
from pressgraph.cli.language import said
from pressgraph.cli.parameters import ID
from pressgraph.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pressgraph.convert.evidence import FactWithEvidence
    from pressgraph.derive.rules import Rules
    from pressgraph.derive.why import Conclusion, Reason
    from pressgraph.workspace import Workspace


@click.command("why")
@click.argument("about", metavar="ID", type=ID)
@click.argument("key", metavar="[KEY]", required=False)
@click.argument("value", metavar="[VALUE]", required=False)
@click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Text, or JSON.")
@click.option("--personal", is_flag=True, help="Reckon with personal data too.")
@output_option
@pass_state
def command(
    state: State, about: str, key: str | None, value: str | None, form: str, output: Path | None, *, personal: bool
) -> None:
    """Say why something holds: by which rule, and from which facts, with their places.

    Of a thing alone, all that is concluded of it is shown; with a KEY, what facts state too. A VALUE is an id, a term
    or a text. Nothing found is exit status 1.

    \b
    Example:
      pressgraph why label/kuestenlicht-silver
      pressgraph why label/kuestenlicht-silver latestEnd 2027-11-30
      pressgraph why agent/kuestenlicht memberOf -f json
    """
    from pressgraph.derive import load_rules
    from pressgraph.errors import DataError

    workspace = state.workspace
    found = workspace.why(about, key, value, personal=True if personal else None)
    if not found:
        what = " ".join(it for it in (about, key, value) if it is not None)
        raise DataError(
            gettext("nothing that is published says or concludes: {what}", what=what),
            hint=gettext("'pressgraph export --about {id}' shows what is said of it", id=about),
        )
    graphs = {it for one in found for it in (*one.facts, *(fact for reason in one.reasons for fact in reason.facts))}
    shown = _Shown(
        workspace, load_rules(workspace.project, workspace.profile), workspace.facts_in(graphs), state.language
    )
    if form == "json":
        rows = [shown.as_json(it) for it in found]
        write_output([json.dumps(rows, ensure_ascii=False, indent=2).encode(), b"\n"], output)
    else:
        write_output((f"{said(line)}\n".encode() for it in found for line in shown.as_text(it)), output)


class _Shown:
    """Conclusions as text and as JSON."""

    def __init__(
        self, workspace: Workspace, rules: Rules, facts: Mapping[str, FactWithEvidence], language: str
    ) -> None:
        from pressgraph.rdf.prefixes import Converter

        self.profile = workspace.profile
        self.base = workspace.project.id_base
        self.curies = Converter(workspace.profile.query_prefixes(self.base))
        self.rules = rules
        self.facts = facts
        self.language = language

    def name(self, term: Any) -> str:
        """Return a term as people type it."""
        from pressgraph.rdf import RDF_TYPE
        from pressgraph.rdf.terms import lexical

        iri = lexical(term)
        if iri == RDF_TYPE:
            return "type"
        known = self.profile.key_of.get(iri) or self.profile.class_of.get(iri)
        if known is not None:
            return known.name
        return iri.removeprefix(self.base) if iri.startswith(self.base) else self.curies.compress(iri) or iri

    def sentence(self, reason: Reason) -> str:
        """Return what a rule says; of the ontology and of dates, what they are."""
        from pressgraph.derive.rules import BOUNDS
        from pressgraph.derive.why import AXIOM

        if reason.rule == AXIOM:
            return gettext("The ontology says so of the property or of the class.")
        if reason.rule == BOUNDS:
            return gettext("A date as exact as it is known lies between two days.")
        return self.rules.sentence(reason.rule, self.language)

    def as_text(self, one: Conclusion) -> Iterator[str]:
        """Yield lines: what holds, then each rule and each fact, indented."""
        triple = one.triple
        yield f"{self.name(triple.subject)} {self.name(triple.predicate)} {self.name(triple.object)}"
        for fact in one.facts:
            yield f"  {self.where(fact)}"
        for reason in one.reasons:
            yield f"  {self.sentence(reason)} [{reason.rule}]"
            for fact in reason.facts:
                yield f"    {self.where(fact)}"

    def where(self, graph: str) -> str:
        """Return where a fact stands, what it is about, and its words."""
        fact = self.facts.get(graph)
        if fact is None and graph.endswith("/source"):
            return gettext("the source block of {source}", source=graph.removesuffix("/source").rpartition("/")[2])
        if fact is None:
            return gettext("{fact}: its file has changed since the build", fact=graph.removeprefix(self.base))
        words = (
            gettext("characters {start}–{end}", start=it.span[0], end=it.span[1])
            if it.words is None
            else gettext("line {line}: {words}", line=it.line, words=" ".join(it.words.split()))
            for it in fact.passages
        )
        return "  ".join((f"{fact.place}", fact.id, *words))

    def as_json(self, one: Conclusion) -> dict[str, Any]:
        """Return all of it as JSON."""
        from pressgraph.rdf.terms import term_text

        triple = one.triple
        return {
            "subject": term_text(triple.subject),
            "predicate": term_text(triple.predicate),
            "object": term_text(triple.object),
            "text": " ".join(map(self.name, (triple.subject, triple.predicate, triple.object))),
            "restsOn": list(one.statuses),
            "facts": list(map(self.fact_as_json, one.facts)),
            "reasons": [
                {
                    "rule": reason.rule,
                    "sentence": str(self.sentence(reason)),
                    "facts": list(map(self.fact_as_json, reason.facts)),
                }
                for reason in one.reasons
            ],
        }

    def fact_as_json(self, graph: str) -> dict[str, Any]:
        """Return a fact's graph and, where its file still has it, its place and words."""
        fact = self.facts.get(graph)
        if fact is None:
            return {"graph": graph}
        return {
            "graph": graph,
            "id": fact.id,
            "source": fact.source,
            "status": fact.status,
            "file": fact.place.file,
            "line": fact.place.line,
            "column": fact.place.column,
            "evidence": [{"span": list(it.span), "line": it.line, "words": it.words} for it in fact.passages],
        }
