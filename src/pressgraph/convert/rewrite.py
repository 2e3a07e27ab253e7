"""Read facts of every kind as checked documents, to write them in another format."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressgraph.convert.emitter import compile_emitter
from pressgraph.convert.inputs import is_stream, open_stream
from pressgraph.convert.records import is_left_out
from pressgraph.errors import FactsError, PressgraphError, Problem
from pressgraph.facts import read_facts
from pressgraph.facts.model import Source
from pressgraph.facts.quoted import in_offsets, in_words
from pressgraph.facts.rules import problem
from pressgraph.facts.tables.write import JSON_LD, Document, write_documents
from pressgraph.i18n import gettext
from pressgraph.profile import json_ld_context

if TYPE_CHECKING:
    from pressgraph.convert.emitter import SourceEmitter
    from pressgraph.errors import Place
    from pressgraph.facts import FactsFile
    from pressgraph.facts.model import Fact
    from pressgraph.profile import Profile
    from pressgraph.project import Project


def read_documents(
    paths: list[Path], project: Project, profile: Profile, *, into: Path | None = None
) -> list[Document]:
    """Read facts files (none named: the project's); facts of one source come together.

    `into` is the folder that they are to be written into, by default the working directory: relative `file:` paths
    become relative to it.

    Raises FactsError with every problem of all files.
    """
    gathered = _Gathered(project)
    into = into or Path.cwd()
    problems: list[Problem] = []
    emitter = compile_emitter(profile, project.id_base)
    for path in paths or project.required_facts_files():
        gathered.moved = os.path.relpath(path.parent, into) if str(path) != "-" else os.path.relpath(Path.cwd(), into)
        if not is_stream(path):
            facts_file = read_facts(path, profile, id_base=project.id_base, name=project.name_of(path))
            problems.extend(facts_file.problems)
            gathered(facts_file, None)
            continue
        with open_stream(path, project, emitter, listen=gathered) as stream:
            for _ in stream:
                pass
        problems.extend(stream.problems)
    if problems:
        raise FactsError(problems)
    return list(gathered.documents.values())


def rewrite(
    paths: list[Path],
    form: str,
    project: Project,
    profile: Profile,
    *,
    into: Path | None = None,
    apart: bool = False,
    evidence: str | None = None,
) -> list[tuple[str, bytes]]:
    """Return facts files in another format; see `Workspace.rewrite`."""
    documents = read_documents(paths, project, profile, into=into)
    if evidence is not None:
        for document in documents:
            document.facts = _evidence_as(evidence, document)
    if form == JSON_LD:
        documents = [_public(document, project) for document in documents]

    def write(some: list[Document]) -> bytes:
        return json_ld(some, project, profile) if form == JSON_LD else write_documents(some, form, profile)

    if not apart:
        return [("", write(documents))]
    names = (document.source.id.rpartition("/")[2] or "facts" for document in documents)
    return [(f"{name}.{form}", write([document])) for name, document in zip(names, documents, strict=True)]


def json_ld(documents: list[Document], project: Project, profile: Profile) -> bytes:
    """Return what facts say as a JSON-LD 1.1 document: what the emitter makes triples of, for other processors.

    Quantities, dates and languages are written out; receipts are left to RDF.
    """
    bodies = [body for it in documents for body in (it.source.body, *(fact.body for fact in it.facts))]
    context = [json_ld_context(profile), {"@base": project.id_base}]
    document = {"@context": context, "@graph": [_plain(body) for body in bodies]}
    return f"{json.dumps(document, ensure_ascii=False, indent=2)}\n".encode()


def _plain(value: Any) -> Any:
    """Return a part of a body as JSON-LD has it: a language map alone, not in a list."""
    if isinstance(value, list):
        return _plain(value[0]) if len(value) == 1 else [_plain(it) for it in value]
    return {key: _plain(it) for key, it in value.items()} if isinstance(value, dict) else value


def _public(document: Document, project: Project) -> Document:
    """Return a document without what is not published, as nothing in JSON-LD says that it is not."""
    if project.withhold:
        raise PressgraphError(
            gettext("in '{form}' would be what 'withhold' names in [publish]", form=JSON_LD),
            hint=gettext("'pressgraph convert -f jsonld' leaves it out"),
        )
    personal = project.include_personal_data
    unread = project.require_reviewed and document.source.reviewed_by is None
    shown = [
        fact
        for fact in document.facts
        if not fact.receipt.is_proposal and not is_left_out(fact.receipt, personal=personal, unread=unread)
    ]
    return replace(document, facts=shown)


def _evidence_as(form: str, document: Document) -> list[Fact]:
    """Return facts with their evidence in words or in offsets; raises FactsError where words need a text."""
    if form == "offsets":
        return [in_offsets(fact) for fact in document.facts]
    text = document.source.text
    if text is None:
        lacking = [fact for fact in document.facts if fact.receipt.evidence]
        if not lacking:
            return document.facts
        raise FactsError([problem("evidence-without-text", document.source.place)])
    facts = [in_words(fact, text) for fact in document.facts]
    text.forget()
    return facts


class _Gathered:
    """Put each fact under its source, in the order in which sources turn up."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.moved = "."
        """Where the folder of the file that is read lies, from that of what is written."""
        self.documents: dict[str, Document] = {}

    def __call__(self, checked: FactsFile, current: SourceEmitter | None) -> None:
        source = checked.source
        if source is None:
            if current is None:
                return
            place: Place = next((it.place for it in (*checked.facts, *checked.proposals)), _nowhere(checked.file))
            body = dict(current.body)
            source = Source(body=body, place=place, sha256=current.sha256)
        if source.text_file is not None and not Path(source.text_file).is_absolute():
            source = replace(
                source, text_file=os.path.normpath(Path(self.moved) / source.text_file).replace(os.sep, "/")
            )
        document = self.documents.get(source.id)
        if document is None:
            document = self.documents[source.id] = Document(source=source)
        elif len(document.source.body) == 1 and len(source.body) > 1:
            document.source = source
        document.facts.extend(checked.with_proposals().facts)


def _nowhere(file: str) -> Place:
    from pressgraph.errors import Place

    return Place(file=file)
