"""The command `query`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pressgraph.cli.common import State, draw_table, output_option, pass_state, write_output
from pressgraph.cli.language import BadParameter, UsageError, said
from pressgraph.i18n import gettext, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressgraph.query import Answer, SavedQuery


def _complete_query(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    from pressgraph.workspace import open_workspace

    folder = context.find_root().params.get("project")
    return [name for name in open_workspace(folder).saved_queries if name.startswith(incomplete)]


@click.command("query")
@click.argument("query", required=False, metavar="[NAME|FILE|SPARQL|-]", shell_complete=_complete_query)
@click.option("-p", "--param", "parameters", metavar="KEY=VALUE", multiple=True, help="A parameter of the query.")
@click.option(
    "-f",
    "--format",
    "form",
    metavar="FORMAT",
    help="table (default), csv, tsv, json, xml or markdown; for graphs turtle (default), jsonld, ….",
)
@click.option("--endpoint", metavar="URL|NAME", help="Ask this SPARQL endpoint instead of the built graph.")
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
    parameters: tuple[str, ...],
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
    from pressgraph.query import unknown_terms, write_answer

    workspace = state.workspace
    if query is None:
        in_folders = [name for name in workspace.saved_queries if "/" in name]
        hidden = set(in_folders) if state.verbosity < 1 else set()
        write_output([_listing([q for n, q in workspace.saved_queries.items() if n not in hidden])], output)
        if hidden:
            folders = ", ".join(sorted({name.rpartition("/")[0] for name in hidden}))
            state.say(
                gettext(
                    "\nand {count} in {folders}: list them with 'pressgraph -v query'",
                    count=len(hidden),
                    folders=folders,
                )
            )
        return
    text, language = workspace.question(_text(query), _pairs(parameters), state.asked_language)
    if show:
        write_output([workspace.portable(text, language=language).rstrip().encode(), b"\n"], output)
        return
    id_base = workspace.project.id_base
    if endpoint is not None and entail:
        raise UsageError(gettext("--entail reasons over the built graph; it does not go with --endpoint"))
    store = None

    def ask(text: str) -> Answer:
        nonlocal store
        if endpoint is not None:
            return workspace.ask_endpoint(text, endpoint, timeout=timeout, language=language)
        answer, store = workspace.ask_text(text, entail=entail, language=language)
        return answer

    answer = ask(text)
    # the shipped queries ask for whatever the profile offers, used or not
    asked = (
        [] if query in workspace.saved_queries else unknown_terms(text, workspace.profile, id_base=id_base, store=store)
    )
    for iri, hint in asked:
        told = gettext("nothing here knows <{iri}>", iri=iri)
        state.warn(joined(": ", (told, hint)) if hint else told)
    on_terminal = output is None and sys.stdout.isatty()
    written = write_answer(answer, form, workspace.profile, id_base=id_base, table=draw_table if on_terminal else None)
    write_output([written], output)
    undecided = "" if answer.is_true else workspace.undecided(query, text, ask, language=language)
    if undecided:
        state.say(gettext("note: {undecided}", undecided=undecided))
    missing = answer.missing
    # the engine's result has to end in this thread, and an exit would keep it in this frame
    del answer
    for what in missing:
        state.warn(what)
    if missing:
        sys.exit(1)


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


def _pairs(parameters: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for parameter in parameters:
        key, equals, value = parameter.partition("=")
        if not equals:
            raise BadParameter(gettext("'{text}' is not KEY=VALUE", text=parameter), param_hint="-p")
        pairs[key.strip()] = value
    return pairs


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
