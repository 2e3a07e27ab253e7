"""The command `query`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import State, draw_table, output_option, pass_state, write_output
from pressgraph.cli.language import UsageError, said
from pressgraph.cli.parameters import ENDPOINT, QUERY, RESULT_FORMAT, Pair
from pressgraph.i18n import gettext, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pressgraph.query import Answer, SavedQuery


@click.command("query")
@click.argument("query", required=False, metavar="[NAME|FILE|SPARQL|-]", type=QUERY)
@click.option(
    "-p", "--param", "parameters", metavar="KEY=VALUE", type=Pair(), multiple=True, help="A parameter of the query."
)
@click.option(
    "-f",
    "--format",
    "form",
    metavar="FORMAT",
    type=RESULT_FORMAT,
    help="table (default), csv, tsv, json, xml or markdown; for graphs turtle (default), jsonld, ….",
)
@click.option(
    "--endpoint", metavar="URL|NAME", type=ENDPOINT, help="Ask this SPARQL endpoint instead of the built graph."
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0.1),
    help="How long to wait for the endpoint.  [default: 60]",
)
@click.option("--entail", is_flag=True, help="Add what follows by OWL 2 RL, in memory, before asking (slow).")
@click.option("--show", is_flag=True, help="Print the query, for any SPARQL tool, instead of asking it.")
@output_option
@pass_state
def command(
    state: State,
    query: str | None,
    parameters: tuple[tuple[str, str], ...],
    form: str | None,
    endpoint: str | None,
    timeout: float | None,
    *,
    entail: bool,
    show: bool,
    output: Path | None,
) -> None:
    """Ask the built graph: a saved query, a .rq file, SPARQL text, or - for stdin.

    Without an argument, lists the saved queries. The profile's prefixes need no declaring; the default graph is the
    union of all facts, receipts and vocabularies. A column ?xLabel that nothing binds has the name of ?x,
    in the language of --lang, else in the project's.

    Credentials for --endpoint come from PRESSGRAPH_ENDPOINT_TOKEN, or PRESSGRAPH_ENDPOINT_USER and
    PRESSGRAPH_ENDPOINT_PASSWORD.

    \b
    Example:
      pressgraph query
      pressgraph query labels-valid-on -p date=2020-06-01
      pressgraph query "SELECT ?name WHERE { ?x a clu:ClusterOrganisation ; schema:name ?name }" -f csv
    """
    workspace = state.workspace
    if query is None:
        _list(state, output)
        return
    text, language = workspace.question(_text(query), dict(parameters), state.asked_language)
    if show:
        write_output([workspace.portable(text, language=language).rstrip().encode(), b"\n"], output)
        return
    if endpoint is not None and entail:
        raise UsageError(gettext("--entail reasons over the built graph; it does not go with --endpoint"))
    store = None

    def ask(text: str) -> Answer:
        nonlocal store
        if endpoint is not None:
            return workspace.ask_endpoint(text, endpoint, timeout=timeout, language=language)
        answer, store = workspace.ask_text(text, entail=entail, language=language)
        return answer

    if endpoint is None:
        for it in workspace.unknown_things(query, dict(parameters)):
            state.warn(gettext("nothing here is said of {id}", id=it))
    answer = ask(text)
    # the shipped queries ask for whatever the profile offers, used or not
    unknown = [] if query in workspace.saved_queries else workspace.unknown_terms(text, store)
    _warn_of_unknown(state, unknown)
    table = draw_table if output is None and sys.stdout.isatty() else None
    write_output([workspace.write_answer(answer, form, table=table)], output)
    if undecided := "" if answer.is_true else workspace.undecided(query, text, ask, language=language):
        state.say(gettext("note: {undecided}", undecided=undecided))
    missing = answer.missing
    # the engine's result has to end in this thread, and an exit would keep it in this frame
    del answer
    for what in missing:
        state.warn(what)
    if missing:
        sys.exit(1)


def _warn_of_unknown(state: State, terms: Iterable[tuple[str, str | None]]) -> None:
    for iri, hint in terms:
        sentence = gettext("nothing here knows <{iri}>", iri=iri)
        state.warn(joined(": ", (sentence, hint)) if hint else sentence)


def _text(query: str) -> str:
    """Return the SPARQL of a file or stdin, or the argument itself: a name or the text."""
    from pressgraph.errors import QueryError

    try:
        if query == "-":
            return sys.stdin.buffer.read().decode("utf-8-sig")
        if query.endswith((".rq", ".sparql")):
            return Path(query).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise QueryError(gettext("{file} cannot be read: {reason}", file=query, reason=error.strerror)) from error
    except UnicodeDecodeError as error:
        raise QueryError(gettext("{file} is not UTF-8", file=query)) from error
    return query


def _list(state: State, output: Path | None) -> None:
    """Write the saved queries; those in folders where somebody wants to hear more."""
    queries = state.workspace.saved_queries
    hidden = {name for name in queries if "/" in name} if state.verbosity < 1 else set()
    write_output([_listing([query for name, query in queries.items() if name not in hidden])], output)
    if hidden:
        folders = ", ".join(sorted({name.rpartition("/")[0] for name in hidden}))
        sentence = gettext(
            "\nand {count} in {folders}: list them with 'pressgraph -v query'", count=len(hidden), folders=folders
        )
        state.say(sentence)


def _listing(queries: Sequence[SavedQuery]) -> bytes:
    from pressgraph.query.results import plain_table

    rows = [
        (
            query.name,
            ", ".join(f"{p.name}{'?' if p.optional else ''}" for p in query.parameters.values()),
            query.question,
        )
        for query in queries
    ]
    names = [said(it) for it in (gettext("query"), gettext("parameters"), gettext("question"))]
    return draw_table(names, rows) if sys.stdout.isatty() else plain_table(names, rows)
