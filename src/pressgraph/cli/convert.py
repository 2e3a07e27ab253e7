"""The command `convert`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pressgraph.cli.common import State, pass_state, write_output
from pressgraph.cli.failures import stopping
from pressgraph.cli.language import UsageError
from pressgraph.cli.parameters import FORMAT
from pressgraph.i18n import gettext, joined, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.cli.progress import Bar
    from pressgraph.convert.bulk.run import Totals


class Facts(click.Path):
    """A file of facts, or the address of one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Leave an address as it is."""
        return value if "://" in str(value) else super().convert(value, param, ctx)


@click.command("convert")
@click.argument(
    "facts", nargs=-1, metavar="[FACTS]...", type=Facts(path_type=Path, allow_dash=True, exists=True, dir_okay=False)
)
@click.option(
    "-f",
    "--format",
    "form",
    metavar="FORMAT",
    type=FORMAT,
    help="nquads (default), trig, turtle, jsonld, ntriples or rdfxml.",
)
@click.option("-j", "--jobs", metavar="N", type=click.IntRange(min=1), help="Convert in this many processes.")
@click.option("--shards", metavar="N", type=click.IntRange(1, 10_000), help="Write N files into the folder -o.")
@click.option(
    "--compress", type=click.Choice(["none", "gzip", "zstd"]), default="none", show_default=True, help="Of shards."
)
@click.option("--resume", is_flag=True, help="Go on with the shards of a run that was interrupted.")
@click.option(
    "--max-errors",
    metavar="N",
    type=click.IntRange(min=0),
    help="With --shards: stop after N bad records; otherwise all are listed.",
)
@click.option("--personal", is_flag=True, help="Write facts that are marked as personal too.")
@click.option("--scheduler", metavar="tcp://…", help="Convert into shards on this Dask cluster.")
@click.option(
    "-o",
    "--output",
    metavar="FILE|DIR",
    type=click.Path(path_type=str, allow_dash=True),
    help="Write to this file instead of stdout; it appears when it is complete. With --shards, a folder; with"
    " --scheduler, also the address of one.",
)
@pass_state
def command(
    state: State,
    facts: tuple[Path | str, ...],
    form: str | None,
    jobs: int | None,
    shards: int | None,
    compress: str,
    *,
    resume: bool,
    max_errors: int | None,
    personal: bool,
    scheduler: str | None,
    output: str | None,
) -> None:
    """Turn facts files into RDF, without storing anything.

    Takes YAML, JSON Lines (.jsonl, also .gz and .zst) and tables (.csv, .tsv, .xlsx, .parquet, .sql); none named means
    the project's. JSON Lines and Parquet may have an address that fsspec opens, such as s3://bucket/facts.jsonl.
    N-Quads and TriG keep one named graph for each fact and the receipts; the other formats write the union of the
    facts.

    Facts marked 'personal: true', such as contacts, are left out, unless --personal or personal_data under [publish]
    in pressgraph.toml says otherwise.

    With --shards, bad records go to rejects.jsonl beside the shards, and manifest.json says what is there. The bytes
    do not depend on --jobs, nor on --scheduler.

    \b
    Example:
      pressgraph convert data/releases/2019-01-01-biosaxony-silver-label.yaml -f nquads
      pressgraph convert facts.jsonl --jobs 4 -o facts.nq
      pressgraph convert facts.parquet --jobs 4 --shards 8 --compress zstd -o shards/ --resume
    """
    from pressgraph.convert.inputs import is_address
    from pressgraph.dataset import serialization

    if output is not None and is_address(output) and scheduler is None:
        raise UsageError(gettext("only a cluster writes to an address: add --scheduler tcp://…"))
    state.say_encodings(facts)
    if shards is not None or resume or scheduler is not None:
        if output is None or output == "-":
            raise UsageError(gettext("shards need a folder: -o DIR/"))
        if form not in {None, "nquads", "nq"}:
            raise UsageError(gettext("shards are N-Quads"))
        _shards(
            state,
            facts,
            output,
            jobs=jobs or 1,
            shards=shards or 1,
            compress=compress,
            resume=resume,
            max_errors=max_errors,
            personal=personal or None,
            scheduler=scheduler,
        )
        return
    if max_errors is not None or compress != "none":
        raise UsageError(gettext("--max-errors and --compress are for shards: add --shards N -o DIR/"))
    target = Path(output) if output is not None else None
    syntax = serialization(form, path=target, default="nquads")
    workspace = state.workspace
    wanted = personal or None
    if syntax.name != "nquads":
        write_output([workspace.convert_to(syntax, facts, personal=wanted, withheld=state.say_withheld)], target)
        return
    counts: list[int] = []
    with state.bar(gettext("converting")) as bar:
        show = _shown_on(bar)
        chunks = workspace.convert(facts, personal=wanted, jobs=jobs, withheld=counts.append, progress=show)
        write_output(chunks, target)
    state.say_withheld(sum(counts))


def _shards(
    state: State,
    facts: tuple[Path | str, ...],
    output: str,
    *,
    jobs: int,
    shards: int,
    compress: str,
    resume: bool,
    max_errors: int | None,
    personal: bool | None,
    scheduler: str | None,
) -> None:
    from pressgraph.convert.bulk.run import REJECTS, FinishedError
    from pressgraph.convert.inputs import shown

    sentence = gettext("\nstopped; the same call with --resume goes on")
    try:
        with stopping(lambda: sentence), state.bar(gettext("converting")) as bar:
            manifest = state.workspace.convert_to_shards(
                output,
                facts,
                scheduler=scheduler,
                jobs=jobs,
                shards=shards,
                compression=compress,
                personal=personal,
                resume=resume,
                max_errors=max_errors,
                progress=_shown_on(bar),
            )
    except FinishedError as finished:
        manifest = finished.manifest
        state.say(gettext("nothing to do: the run is complete"))
    output = shown(output)
    state.say(
        gettext(
            "{facts} facts, {quads} quads in {count} shards in {folder}",
            facts=manifest.facts,
            quads=manifest.quads,
            count=len(manifest.shards),
            folder=output,
        )
    )
    state.say_withheld(manifest.withheld)
    if manifest.rejected:
        count = manifest.rejected
        file = f"{output.rstrip('/')}/{REJECTS}"
        state.say(ngettext("{count} bad record: see {file}", "{count} bad records: see {file}", count=count, file=file))
        sys.exit(1)


def _shown_on(bar: Bar) -> Callable[[Totals], None]:
    """Return what shows how far a run is; of a query nobody knows how much it will be: then the bar has no end."""
    return lambda totals: bar.show(totals.done, totals.size or None, _told(totals))


def _told(totals: Totals) -> str:
    """Return what a progress bar says of a run."""
    rate = f"{totals.rate / 1e6:.2f} M/s"
    parts = [gettext("{count:,} facts", count=totals.facts), gettext("{count:,} quads", count=totals.quads), rate]
    parts += [gettext("{count:,} rejected", count=totals.rejected)] if totals.rejected else []
    return joined(" · ", parts)
