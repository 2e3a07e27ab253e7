"""Write checked facts as a table, as JSON Lines or as YAML, so that reading them gives the same facts."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from pressgraph.errors import PressgraphError
from pressgraph.extras import extra
from pressgraph.facts.datatypes import INTEGERS, NUMBERS
from pressgraph.facts.figures import figure_id, figures_of
from pressgraph.facts.mixed import plain_form
from pressgraph.facts.model import LanguageMap, ValueObject, Words, nested_id
from pressgraph.facts.quantities import Quantity, written_quantity
from pressgraph.facts.tables.cells import is_words
from pressgraph.facts.tables.sheet import join_values
from pressgraph.facts.yaml_text import Flow, Plain, to_yaml
from pressgraph.i18n import gettext
from pressgraph.profile.model import Key, Kind, Profile
from pressgraph.rdf import XSD
from pressgraph.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pressgraph.facts.model import Body, Fact, Receipt, Source
    from pressgraph.text import Span

_FIRST = ("source", "id", "type")
_LAST = ("status", "evidence", "personal", "proposedBy", "reviewedBy", "reviewedOn")

Flat: TypeAlias = "dict[str, str]"


@dataclass(slots=True, kw_only=True)
class Document:
    """A source and its facts, whatever they were read from."""

    source: Source
    facts: list[Fact] = field(default_factory=list)


def write_documents(documents: Iterable[Document], form: str, profile: Profile) -> bytes:
    """Return documents in a format of `WRITERS`.

    Raises PressgraphError for another format, and for several documents in one YAML file.
    """
    writer = WRITERS.get(form)
    if writer is None:
        hint = did_you_mean(form, FORMATS, otherwise=gettext("known: {words}", words=", ".join(FORMATS)))
        raise PressgraphError(gettext("'{form}' is no format of facts", form=form), hint=hint)
    return writer(list(documents), profile)


# -- flattened


def sayings(body: Body, profile: Profile) -> tuple[tuple[str, str], ...]:
    """Return what a fact says of its thing, as headers and cells."""
    return tuple(pair for pair in flatten(body, profile) if pair[0] != "id")


def as_written(body: Body, profile: Profile) -> dict[str, Any]:
    """Return what a fact says of its thing as people write it in YAML, without the id."""
    written = _nested(body, profile)
    return {key: value for key, value in written.items() if key != "id"}


def flatten(body: Body, profile: Profile, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the header and the cell of everything that a body says."""
    for key, values in body.items():
        header = prefix + key
        definition = profile.keys.get(key)
        if definition is not None and definition.kind is Kind.MIXED:
            yield from _flat_mixed(definition, values, profile, header)
            continue
        if key == "id":
            yield header, values
        elif key == "type" or all(isinstance(value, str) for value in values):
            yield header, join_values(values)
        elif isinstance(values[0], LanguageMap):
            for tag, texts in values[0].items():
                yield f"{header}.{tag}", join_values(texts)
        elif len(values) == 1:
            yield from flatten(values[0], profile, f"{header}.")
        else:
            for number, value in enumerate(values, start=1):
                if isinstance(value, str):
                    yield f"{header}.{number}", join_values([value])
                else:
                    yield from flatten(value, profile, f"{header}.{number}.")


def _flat_mixed(key: Key, values: list[Any], profile: Profile, header: str) -> Iterator[tuple[str, str]]:
    written = [plain_form(key, value, quotes=False) for value in values]
    texts = [value for value in written if isinstance(value, str)]
    if len(texts) == len(written):
        yield header, join_values(texts)
        return
    for number, value in enumerate(written, start=1):
        at = header if len(written) == 1 else f"{header}.{number}"
        if isinstance(value, str):
            yield at, join_values([value])
        elif isinstance(value, dict) and "id" in value:
            yield from flatten(value, profile, f"{at}.")
        elif isinstance(value, dict):
            for word, text in value.items():
                yield f"{at}.{word}", join_values([text])


def _flat_fact(fact: Fact, profile: Profile) -> Flat:
    flat = dict(flatten(fact.body, profile))
    receipt = fact.receipt
    if receipt.status != "stated":
        flat["status"] = receipt.status
    if receipt.evidence:
        flat["evidence"] = " | ".join(_in_a_cell(written, span) for written, span in _written_evidence(receipt))
    if receipt.personal:
        flat["personal"] = "true"
    if receipt.proposed_by:
        flat["proposedBy"] = receipt.proposed_by
    if receipt.reviewed_by:
        flat["reviewedBy"] = receipt.reviewed_by
    if receipt.reviewed_on:
        flat["reviewedOn"] = receipt.reviewed_on
    for allowance in fact.allow:
        flat[f"allow.{allowance.rule}"] = allowance.reason
    return flat


def _written_evidence(receipt: Receipt) -> Iterator[tuple[Words | Span, Span]]:
    return zip(receipt.written or receipt.evidence, receipt.evidence, strict=True)


def _in_a_cell(written: Words | Span, span: Span) -> str:
    """Return evidence as a cell has it: words that a cell can hold as they are, else the characters."""
    if isinstance(written, Words) and written.nth is None and is_words(written.text):
        return join_values([written.text])
    return f"{span[0]}-{span[1]}"


def _flat_source(source: Source, profile: Profile) -> Flat:
    words = {word: "true" if value is True else value for word, value in _source_words(source).items()}
    return {**dict(flatten(source.body, profile)), **words}


def _source_words(source: Source) -> dict[str, Any]:
    words: dict[str, Any] = {
        "sha256": source.sha256,
        "file": source.text_file,
        "publishText": source.publish_text,
        "reviewedBy": source.reviewed_by,
        "reviewedOn": source.reviewed_on,
    }
    return {word: value for word, value in words.items() if value}


def _rows(documents: list[Document], profile: Profile) -> list[Flat]:
    """Return one row for each fact; the first of a source describes it."""
    rows: list[Flat] = []
    for document in documents:
        described = {
            f"source.{key}" if key != "id" else "source": value
            for key, value in _flat_source(document.source, profile).items()
        }
        facts = [_flat_fact(fact, profile) for fact in document.facts] or [{}]
        rows.append({**described, **facts[0]})
        rows.extend({"source": document.source.id, **fact} for fact in facts[1:])
    return rows


def _headers(rows: Iterable[Flat]) -> list[str]:
    seen = dict.fromkeys(header for row in rows for header in row)
    first = [header for header in _FIRST if header in seen]
    last = [header for header in seen if header in _LAST or header.startswith("allow.")]
    of_source = [header for header in seen if header.startswith("source.")]
    # a thing's keys stay together, in the order of their first use
    places: dict[str, int] = {}
    for number, header in enumerate(seen):
        places.setdefault(header.partition(".")[0], number)
    middle = [header for header in seen if header not in {*first, *last, *of_source}]
    return [*first[:1], *of_source, *first[1:], *sorted(middle, key=lambda h: places[h.partition(".")[0]]), *last]


def _delimited(delimiter: str) -> Callable[[list[Document], Profile], bytes]:
    def write(documents: list[Document], profile: Profile) -> bytes:
        rows = _rows(documents, profile)
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, _headers(rows), delimiter=delimiter, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        # the mark tells Excel that this is UTF-8
        return text.getvalue().encode("utf-8-sig")

    return write


def _workbook(documents: list[Document], profile: Profile) -> bytes:
    sheets: dict[str, list[Flat]] = {"source": [_flat_source(document.source, profile) for document in documents]}
    kinds: dict[str, list[Flat]] = defaultdict(list)
    for document in documents:
        named = {} if len(documents) == 1 else {"source": document.source.id}
        for fact in document.facts:
            flat = {**named, **_flat_fact(fact, profile)}
            kind = flat.get("type", "")
            own = kind in profile.classes and re.fullmatch(r"\w{1,31}", kind) and kind.casefold() != "source"
            if own:
                del flat["type"]
            kinds[kind if own else "facts"].append(flat)
    sheets.update({kind: kinds[kind] for kind in sorted(kinds, key=lambda name: (name == "facts", name))})
    output = io.BytesIO()
    with extra("tables"):
        from xlsxwriter import Workbook

    book = Workbook(output, {"in_memory": True})
    bold = book.add_format({"bold": True, "bottom": 1})
    text = book.add_format({"num_format": "@"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        headers = _headers(rows)
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, bold)
            sheet.set_column(column, column, max(12, min(40, len(header) + 2)), text)
        for number, row in enumerate(rows, start=1):
            for column, header in enumerate(headers):
                if header in row:
                    sheet.write_string(number, column, row[header], text)
    book.close()
    return output.getvalue()


def _parquet(documents: list[Document], profile: Profile) -> bytes:
    with extra("parquet"):
        import pyarrow as pa
        import pyarrow.parquet as pq
    rows = _rows(documents, profile)
    headers = _headers(rows)
    table = pa.table({header: pa.array([row.get(header) for row in rows], pa.string()) for header in headers})
    output = io.BytesIO()
    pq.write_table(table, output, compression="zstd")
    return output.getvalue()


# -- nested


def _nested(value: Any, profile: Profile, *, single: Callable[[str], bool] = lambda _: True) -> Any:
    """Return a body as people write it: a value alone where there is one."""
    if not isinstance(value, dict):
        return value
    plain: dict[str, Any] = {}
    for key, values in value.items():
        if not isinstance(values, list):
            plain[key] = values
            continue
        definition = profile.keys.get(key)
        if definition is not None and definition.kind is Kind.MIXED:
            mixed = [_nested_mixed(definition, value, profile, single=single) for value in values]
            plain[key] = mixed[0] if len(mixed) == 1 else mixed
            continue
        if definition is not None and definition.kind is Kind.TEXT and values and isinstance(values[0], dict):
            plain[key] = {tag: texts[0] if len(texts) == 1 else list(texts) for tag, texts in values[0].items()}
            continue
        items = [
            Plain(item)
            if definition is not None and definition.kind is Kind.LITERAL
            else _nested_figure(definition, item, profile, parent=value.get("id", ""), single=single)
            for item in values
        ]
        plain[key] = items[0] if len(items) == 1 else items
    return plain


def _nested_figure(key: Key | None, value: Any, profile: Profile, *, parent: str, single: Callable[[str], bool]) -> Any:
    """Return a figure, or an amount of money, as the quantity that says it, where reading that gives the same node."""
    if key is None or key.quantity is None or not isinstance(value, dict) or "id" not in value:
        return _nested(value, profile, single=single)
    content = {word: values for word, values in value.items() if word != "id"}
    minted = (figure_id if key.measure is not None else nested_id)(parent, key.name, content)
    figures = figures_of(profile)
    names = {part: it.name for part, it in figures.keys.items() if it.name in content}
    if value["id"] != minted or any(len(content[name]) != 1 for name in names.values()):
        return _nested(value, profile, single=single)
    written = written_quantity(Quantity(**{part: content[name][0] for part, name in names.items()}), figures.signs)
    if written is None:
        return _nested(value, profile, single=single)
    implied = figures.completed(key, {"id": ""})
    rest = {
        word: values for word, values in content.items() if word not in names.values() and values != implied.get(word)
    }
    if any(word not in content or word in rest for word in implied if word != "id"):
        return _nested(value, profile, single=single)
    if not rest:
        return Plain(written)
    return {"value": Plain(written), **_nested(rest, profile, single=single)}


def _nested_mixed(key: Key, value: Any, profile: Profile, *, single: Callable[[str], bool]) -> Any:
    written = plain_form(key, value, quotes=True)
    if isinstance(written, str) and isinstance(value, ValueObject):
        if not key.takes(Kind.TEXT) or value["@type"] not in NUMBERS | {f"{XSD}boolean"}:
            return Plain(written)
        # in quotes it would be text
        if written in {"true", "false"}:
            return written == "true"
        return int(written) if value["@type"] in INTEGERS else dict(value)
    if isinstance(written, str):
        return written
    return written if isinstance(written, dict) and "id" not in written else _nested(written, profile, single=single)


def _nested_fact(fact: Fact, profile: Profile) -> dict[str, Any]:
    record: dict[str, Any] = _nested(fact.body, profile)
    receipt = fact.receipt
    if receipt.status != "stated":
        record["status"] = receipt.status
    if receipt.evidence:
        items = [_nested_evidence(written) for written, _ in _written_evidence(receipt)]
        record["evidence"] = items[0] if len(items) == 1 else items if receipt.written else Flow(items)
    if receipt.personal:
        record["personal"] = True
    if receipt.proposed_by:
        record["proposedBy"] = receipt.proposed_by
    if receipt.reviewed_by:
        record["reviewedBy"] = receipt.reviewed_by
    if receipt.reviewed_on:
        record["reviewedOn"] = Plain(receipt.reviewed_on)
    if fact.allow:
        record["allow"] = [{allowance.rule: allowance.reason} for allowance in fact.allow]
    return record


def _nested_evidence(written: Words | Span) -> Any:
    if not isinstance(written, Words):
        return Flow(written)
    return written.text if written.nth is None else {"words": written.text, "nth": written.nth}


def _nested_source(source: Source, profile: Profile) -> dict[str, Any]:
    record: dict[str, Any] = _nested(source.body, profile)
    record.update(_source_words(source))
    if source.checked:
        record["checked"] = [Flow(it) for it in source.checked]
    if source.rejected:
        record["rejected"] = [dict(it) for it in source.rejected]
    return record


def _json_lines(documents: list[Document], profile: Profile) -> bytes:
    lines: list[str] = []
    for document in documents:
        source = _nested_source(document.source, profile)
        lines.append(json.dumps({"source": source}, ensure_ascii=False, separators=(",", ":")))
        for fact in document.facts:
            record = {"source": document.source.id, **_nested_fact(fact, profile)}
            lines.append(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
    return "".join(f"{line}\n" for line in lines).encode()


def _yaml(documents: list[Document], profile: Profile) -> bytes:
    if not documents:
        raise PressgraphError(gettext("there are no facts to write"), hint=gettext("YAML needs a source at least"))
    if len(documents) > 1:
        raise PressgraphError(
            gettext("a YAML file holds the facts of one source, not of {count} sources", count=len(documents)),
            hint=gettext("write them into a folder: -o DIR/"),
        )
    document = documents[0]
    data = {
        "source": _nested_source(document.source, profile),
        "facts": [_nested_fact(fact, profile) for fact in document.facts],
    }
    return to_yaml(data).encode()


WRITERS: dict[str, Callable[[list[Document], Profile], bytes]] = {
    "yaml": _yaml,
    "jsonl": _json_lines,
    "csv": _delimited(","),
    "tsv": _delimited("\t"),
    "xlsx": _workbook,
    "parquet": _parquet,
}
JSON_LD = "jsonld"
"""What is no facts file any more; see `pressgraph.convert.rewrite`."""
FORMATS = (*WRITERS, JSON_LD)
