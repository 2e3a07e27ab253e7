"""The command line: parse, one call into the library, print."""

from __future__ import annotations

import logging
import sys
import warnings
from pathlib import Path

import click

from pressgraph.cli import (
    build,
    completion,
    convert,
    draft,
    edit,
    embed,
    evidence,
    export,
    extract,
    facts,
    init,
    language,
    new,
    profile,
    push,
    query,
    review,
    rule,
    serve,
    site,
    streams,
    validate,
    why,
)
from pressgraph.cli.common import COMMAND_SETTINGS, State
from pressgraph.cli.failures import Group, show


@click.group(cls=Group, context_settings=COMMAND_SETTINGS)
@click.option(
    "--project",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The project's folder; by default the one that the working directory is in.",
)
@click.option("--debug", is_flag=True, help="Show where in the program an error arose.")
@click.option("-v", "--verbose", count=True, help="Say more about what is done.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but results and errors.")
@click.version_option(package_name="pressgraph", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context, project: Path | None, *, debug: bool, verbose: int, quiet: bool) -> None:
    """Publish the facts of press releases as linked data.

    A project is a folder with facts files in data/. 'pressgraph init' makes one with a sample.

    \b
    Example:
      pressgraph init news && cd news
      pressgraph build
      pressgraph query labels-valid-on -p date=2020-06-01
      pressgraph export -f jsonld --about agent/biosaxony
    """
    # rdflib logs a traceback for each literal that it cannot compute with; what is wrong with it is in the report
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", category=UserWarning, module=r"rdflib\.term")
    context.obj = State(folder=project, debug=debug, verbosity=-1 if quiet else verbose)


for module in (
    init, new, draft, edit, convert, validate, evidence, review, build, export, embed, extract, facts, push, query, why,
    serve, site, profile, rule, completion,
):  # fmt: skip
    main.add_command(module.command)
main.add_command(push.status)
main.add_command(push.pull)
language.add_option(main)


def run() -> None:
    """Run the command line and end the process with its exit status."""
    streams.set_up()
    status: str | int | None
    try:
        main(prog_name="pressgraph")
        status = 0
    except SystemExit as end:
        status = end.code
    except OSError as error:
        # help and version are written before a command runs
        with language.speaking(sys.argv[1:]):
            status = show(error)
    try:
        streams.finish()
    except OSError as error:
        with language.speaking(sys.argv[1:]):
            status = status or show(error)
    sys.exit(status)


if __name__ == "__main__":
    run()
