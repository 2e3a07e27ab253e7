"""Facts files in RDF for others to read, without a store: converted, and without what is withheld."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from pressgraph.convert import convert_facts, is_stream, left_out, open_stream
from pressgraph.convert.bulk.blocks import Context, Reader, convert_block, input_name, plan
from pressgraph.convert.bulk.local import convert_in_order
from pressgraph.dataset import GraphNames
from pressgraph.dataset.description import dataset_iri, dataset_quads
from pressgraph.dataset.withholding import without_withheld
from pressgraph.errors import DataError, FactsError
from pressgraph.export.select import Selection, export
from pressgraph.facts.rules import unreadable
from pressgraph.validation.files import read_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pressgraph.convert.bulk.run import Totals
    from pressgraph.dataset import Serialization
    from pressgraph.profile import Profile
    from pressgraph.project import Project


def convert_files(
    paths: Sequence[str | Path],
    project: Project,
    profile: Profile,
    *,
    personal: bool | None = None,
    jobs: int | None = None,
    withheld: Callable[[int], object] = lambda _: None,
    progress: Callable[[Totals], None] = lambda _: None,
) -> Iterator[bytes]:
    """Yield the N-Quads of files in chunks of whole lines; see `Workspace.convert`.

    What the project says of its dataset comes last. Files that are checked as a whole are read together, so that links
    between them are checked too; several processes (`jobs`) take files one by one.

    Raises FactsError with every problem of all files.
    """
    yield from _converted(paths, project, profile, personal, jobs, withheld, progress)
    described = dataset_quads(project.base, project.published)
    if described:
        yield "".join(sorted(f"{quad} .\n" for quad in described)).encode()


def _converted(
    paths: Sequence[str | Path],
    project: Project,
    profile: Profile,
    personal: bool | None,  # noqa: FBT001 - as given
    jobs: int | None,
    withheld: Callable[[int], object],
    progress: Callable[[Totals], None],
) -> Iterator[bytes]:
    context = Context.of(project, personal=personal)
    if Path("-") in paths or (jobs in {None, 1} and not all(is_stream(Path(path)) for path in paths)):
        yield from _convert_together(paths, project, profile, context, withheld)
        return
    count = 0

    def note(totals: Totals) -> None:
        nonlocal count
        count = totals.withheld
        progress(totals)

    with closing(convert_in_order(paths, context, jobs=jobs or 1, progress=note)) as chunks:
        yield from chunks
    withheld(count)


def _convert_together(
    paths: Sequence[str | Path],
    project: Project,
    profile: Profile,
    context: Context,
    withheld: Callable[[int], object],
) -> Iterator[bytes]:
    emitter = context.emitter
    count = 0

    def chunks() -> Iterator[bytes]:
        nonlocal count
        whole = dict.fromkeys(path for path in paths if isinstance(path, Path) and not is_stream(path))
        read = read_files(list(whole), project, profile)
        problems = read.problems
        # whoever has mistakes in some files hears of those in all of them, and gets nothing of any
        right = not problems
        for path in paths:
            if isinstance(path, Path) and path in whole:
                if right:
                    yield from convert_facts(read.found[path], emitter)
                    count += left_out(read.found[path], emitter)
            elif path == Path("-"):
                with open_stream(path, project, emitter) as stream:
                    for chunk in stream:
                        if right:
                            yield chunk
                problems.extend(stream.problems)
                count += stream.withheld
            else:
                try:
                    with Reader() as reader:
                        for block in plan([path], context):
                            pieces: list[bytes] = []
                            outcome = convert_block(block, context, reader, pieces.append)
                            problems.extend(outcome.problems)
                            count += outcome.withheld
                            yield from pieces if right else ()
                except (DataError, OSError) as error:
                    # a file that is damaged costs itself
                    problems.append(unreadable(error, input_name(str(path), context)))
        if problems:
            raise FactsError(problems)

    def told(named: int) -> None:
        nonlocal count
        # where things are withheld by name, nothing is left out before but what nobody has reviewed
        count += named

    failure: FactsError | None = None
    try:
        yield from without_withheld(chunks(), context.rules, told=told)
    except FactsError as error:
        failure = error
    if count and (context.rules.withhold or not context.personal or emitter.reviewed):
        withheld(count)
    if failure is not None:
        raise failure


def convert_files_to(chunks: Iterator[bytes], form: Serialization, project: Project, profile: Profile) -> bytes:
    """Return converted facts in a serialization; those without named graphs hold the facts alone."""
    data = b"".join(chunks)
    if form.name == "nquads":
        return data
    quads = frozenset(ox.parse(data, format=ox.RdfFormat.N_QUADS))
    if not form.named_graphs:
        kept = (f"<{GraphNames(id_base=project.id_base).facts}", f"<{dataset_iri(project.base)}>")
        quads = frozenset(quad for quad in quads if str(quad.graph_name).startswith(kept))
    return export(Selection(quads=quads, profile=profile, id_base=project.id_base), form)
