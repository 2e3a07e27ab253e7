"""What a workspace does with facts files: read, check, convert, build, rewrite."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pressgraph.errors import DataError
from pressgraph.i18n import gettext
from pressgraph.project import open_project
from pressgraph.workspace.opened import Opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pressgraph.build import BuildResult
    from pressgraph.convert.bulk.run import Manifest, Totals
    from pressgraph.convert.evidence import FactWithEvidence
    from pressgraph.dataset import Serialization
    from pressgraph.drafting import Begun
    from pressgraph.errors import PressgraphError
    from pressgraph.facts import FactsFile
    from pressgraph.validation import Report
    from pressgraph.validation.consumers import Ignored


class Facts(Opened):
    """The methods about facts files."""

    def read(self, path: str | Path) -> FactsFile:
        """Read a YAML facts file; its problems are in the result."""
        from pressgraph.facts import read_facts

        path = Path(path)
        return read_facts(path, self.profile, id_base=self.project.id_base, name=self.project.name_of(path))

    def convert(
        self,
        paths: Iterable[str | Path] = (),
        *,
        personal: bool | None = None,
        jobs: int | None = None,
        withheld: Callable[[int], object] = lambda _: None,
        progress: Callable[[Totals], None] = lambda _: None,
    ) -> Iterator[bytes]:
        """Yield the N-Quads of facts files (none named: the project's) in chunks of whole lines.

        YAML files are checked before anything of them is yielded. JSON Lines and tables stream: what is right comes
        out, and mistakes are raised at the end; of these, those with an address (s3://…) are opened by fsspec. `jobs`
        is in how many processes they are converted.

        Personal facts are left out unless the configuration, or `personal`, says otherwise. Things that the
        configuration withholds by name are left out too, with what follows from that among these files; then all is
        read before anything is yielded. `withheld` is told of how many facts that were, at the end.

        Raises FactsError with every problem of all files.
        """
        from pressgraph.export.files import convert_files

        return convert_files(
            self.facts_files(paths),
            self.project,
            self.profile,
            personal=personal,
            jobs=jobs,
            withheld=withheld,
            progress=progress,
        )

    def convert_to(
        self,
        form: str | Serialization,
        paths: Iterable[str | Path] = (),
        *,
        personal: bool | None = None,
        withheld: Callable[[int], object] = lambda _: None,
    ) -> bytes:
        """Return facts files converted to a serialization; those without named graphs hold the facts alone.

        For `personal` and `withheld` see `convert`.
        """
        from pressgraph.dataset import serialization
        from pressgraph.export.files import convert_files_to

        syntax = serialization(form) if isinstance(form, str) else form
        chunks = self.convert(paths, personal=personal, withheld=withheld)
        return convert_files_to(chunks, syntax, self.project, self.profile)

    def convert_to_shards(
        self,
        folder: str | Path,
        paths: Iterable[str | Path] = (),
        *,
        scheduler: str | None = None,
        jobs: int = 1,
        shards: int = 1,
        compression: str = "none",
        personal: bool | None = None,
        resume: bool = False,
        max_errors: int | None = None,
        progress: Callable[[Totals], None] = lambda _: None,
    ) -> Manifest:
        """Convert facts files (none named: the project's) into a folder of shards; return its manifest.

        A Dask `scheduler` has its workers do it, which may write to an address; else `jobs` processes do. For the rest
        see `convert`, and `pressgraph.convert.bulk.local.convert_to_shards`.
        """
        from pressgraph.convert.bulk.blocks import Context

        context = Context.of(self.project, personal=personal)
        files = self.facts_files(paths)
        if scheduler is not None:
            from pressgraph.convert.bulk.cluster import convert_on_cluster

            return convert_on_cluster(
                [str(path) for path in files],
                context,
                str(folder),
                scheduler=scheduler,
                shards=shards,
                compression=compression,
                resume=resume,
                max_errors=max_errors,
                progress=progress,
            )
        from pressgraph.convert.bulk.local import convert_to_shards

        return convert_to_shards(
            files,
            context,
            Path(folder),
            jobs=jobs,
            shards=shards,
            compression=compression,
            resume=resume,
            max_errors=max_errors,
            progress=progress,
        )

    def validate(self, paths: Iterable[str | Path] = (), *, engine: str = "auto") -> Report:
        """Check facts files (none named: the project's) by the facts rules, then by the shapes.

        RDF files among the paths are checked by the shapes alone. Where the facts rules find a problem, the shapes
        are not asked: half a graph breaks rules that the whole one keeps.
        """
        from pressgraph.validation import check_files

        return check_files([Path(path) for path in paths], self.project, self.profile, engine=engine)

    def validate_for(
        self, consumer: str, paths: Iterable[str | Path] = (), *, engine: str = "auto"
    ) -> tuple[Report, list[Ignored]]:
        """Check facts files by what a consumer such as `google` documents; tell also what it makes nothing of.

        Asked of are the things that pages are about: see `pressgraph.validation.consumers.main_things`. Where the
        facts rules find a problem, the consumer's shapes are not asked.
        """
        from pressgraph.validation.consumers import check_files_for

        files = [Path(path) for path in paths]
        return check_files_for(consumer, files, self.project, self.profile, engine=engine)

    def validate_changed(self, *, engine: str = "auto") -> Report:
        """Check the project, looking again only at what the changes since the last build can affect.

        The report is that of the whole project.
        """
        from pressgraph.build import validate_changed

        return validate_changed(self.project, self.profile, engine=engine)

    def check_profile(self) -> Report:
        """Check what the project adds to the profile by itself: its shapes by SHACL's own shapes (meta-SHACL).

        The report says too what of the profile has no effect, as warnings.
        """
        from pressgraph.profile import load_profile
        from pressgraph.validation.own_profile import check_profile

        # not `self.profile`: it would tell the warnings that are in the report
        return check_profile(self.project, load_profile(self.project))

    def watch(self, *, engine: str = "auto") -> Iterator[Report | PressgraphError]:
        """Yield a report now, and one whenever a facts file of the project is saved.

        A changed configuration or profile is read anew; what is wrong with it is yielded too.
        """
        from pressgraph.build import LiveCheck, watch

        def start() -> LiveCheck:
            again = type(self)(open_project(self.project.root))
            return LiveCheck(again.project, again.profile, engine=engine)

        return watch(self.project.root, start)

    def build(
        self, *, full: bool = False, wait: float = 0, progress: Callable[[list[Path]], Iterable[Path]] = iter
    ) -> BuildResult:
        """Convert what changed, validate the whole and publish it; see `pressgraph.build.build`."""
        from pressgraph.build import build

        return build(self.project, self.profile, full=full, wait=wait, progress=progress)

    def migrate(self, path: str | Path) -> tuple[bytes, bytes]:
        """Return what a facts file holds, and the same with the profile's replacements for what is deprecated in it.

        Nothing is written: `pressgraph.facts.edit.replace_file` does. Raises DataError where that cannot be, OSError.
        """
        from pressgraph.facts.migrate import Renames, migrate

        path = Path(path)
        data = path.read_bytes()
        return data, migrate(path, data, Renames.of(self.profile), self.project, self.profile)

    def begin(self, document: str, *, name: str | None = None, allow_private: bool = False) -> Begun:
        """Begin a facts file for the text of a document: a file, an http(s) address, or `-` for stdin.

        See `pressgraph.drafting`. Raises DataError for what has no text, PressgraphError for what cannot be read or a
        name that is taken.
        """
        from pressgraph.drafting import begin, read_document

        release = read_document(document, allow_private=allow_private)
        return begin(release, self.project.root / "data", name)

    def evidence(self, what: str | Path) -> list[FactWithEvidence]:
        """Return facts beside the words that say them: those of a file (a Path), or of the thing with an id.

        Raises FactsError with every problem of the files, DataError for an id that no fact is about.
        """
        from pressgraph.convert.evidence import facts_with_evidence
        from pressgraph.facts.ids import Ids

        if isinstance(what, Path):
            return list(facts_with_evidence([what], self.project, self.profile))
        name = Ids(self.profile, self.project.id_base).normal(what)
        found = list(facts_with_evidence([], self.project, self.profile, about=name))
        if not found:
            hint = gettext("name a file, or an id as facts have it, such as agent/example-cluster")
            raise DataError(gettext("there is no file '{name}', and no fact about it", name=name), hint=hint)
        return found

    def template(
        self, kind: str, *, form: str = "xlsx", language: str | None = None, nested: tuple[str, ...] = ()
    ) -> bytes:
        """Return an empty table for a class of the profile: xlsx, or csv and tsv, which have the headers alone.

        `nested` are keys whose things get columns too. Raises PressgraphError for what the profile does not have.
        """
        from pressgraph.facts.tables.template import template_headers, template_workbook

        language = language or self.project.language
        if form == "xlsx":
            return template_workbook(kind, self.profile, language=language, nested=nested)
        headers = template_headers(kind, self.profile, language=language, nested=nested)
        return (("\t" if form == "tsv" else ",").join(headers) + "\n").encode("utf-8-sig")

    def rewrite(
        self,
        paths: Iterable[str | Path] = (),
        form: str = "yaml",
        *,
        into: Path | None = None,
        apart: bool = False,
        evidence: str | None = None,
    ) -> list[tuple[str, bytes]]:
        """Return facts files (none named: the project's) in another format: file names, and what is in them.

        All facts are in one file without a name, or, `apart`, in a file for each source. `into` is the folder that they
        are to be written into: relative `file:` paths become relative to it. `evidence` is written in `words` or
        `offsets`, else as it is.

        Raises FactsError with every problem of all files, and for words without the text of the source, PressgraphError
        for a format that cannot hold the facts.
        """
        from pressgraph.convert.rewrite import rewrite

        files = [Path(path) for path in paths]
        return rewrite(files, form, self.project, self.profile, into=into, apart=apart, evidence=evidence)
