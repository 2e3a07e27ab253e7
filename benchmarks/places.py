"""Look whether what the pages of a site say in schema.org's terms has its place there: all triples of all pages.

    python benchmarks/places.py SITE

A property is to be of a class in its `domainIncludes`, a value of one in its `rangeIncludes`, as the pinned vocabulary
has them. Pages of things of which search engines have no class say all that is known, in other vocabularies: they are
counted apart.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T.*)?)?)?")


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the nodes of JSON-LD, nested ones included."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item
            for key, inner in item.items():
                if key != "@context":
                    yield from nodes(inner)


def listed(value: Any) -> list[Any]:
    """Return values as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def misplaced(data: dict[str, Any]) -> Iterator[str]:
    """Yield what domainIncludes and rangeIncludes do not know of in a page's data in schema.org's terms."""
    from pressgraph.dataset.schema_org import schema_org

    vocabulary = schema_org()
    types: dict[str, set[str]] = {}
    for node in nodes(data):
        types.setdefault(node["@id"], set()).update(listed(node.get("@type")))

    def closed(iri: str) -> set[str]:
        found = types.get(iri, set())
        return {"Thing", *found, *(above for it in found for above in vocabulary.classes[it])}

    for node in nodes(data):
        for word, values in node.items():
            if word.startswith("@"):
                continue
            if closed(node["@id"]).isdisjoint(vocabulary.domains[word]):
                yield f"{word} of {sorted(types[node['@id']])}"
            expected = set(vocabulary.ranges[word])
            for value in listed(values):
                if isinstance(value, dict):
                    fits = not closed(value["@id"]).isdisjoint(expected) or not types[value["@id"]]
                elif isinstance(value, bool):
                    fits = "Boolean" in expected
                elif isinstance(value, int | float):
                    fits = not {"Number", "Integer", "Text"}.isdisjoint(expected)
                else:
                    date = _DATE.fullmatch(value) is not None
                    fits = not ({"Text", "URL"} | ({"Date", "DateTime"} if date else set())).isdisjoint(expected) or (
                        value.startswith("https://") and word in {"image", "logo"}
                    )
                if not fits:
                    yield f"{value!r} under {word}"


def of_site(folder: Path) -> tuple[Counter[str], list[str]]:
    """Return how many pages and triples there are by whether they are in schema.org's terms, and what is misplaced."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for page in sorted(folder.rglob("*.html")):
        for written in _SCRIPT.findall(page.read_text(encoding="utf-8")):
            data = json.loads(written)
            for one in listed(data):
                plain = one.pop("@context", None) == "https://schema.org"
                counts["pages" if plain else "other pages"] += 1
                counts["triples" if plain else "other triples"] += sum(
                    len(listed(it)) for node in nodes(one) for key, it in node.items() if key != "@id"
                )
                if plain:
                    wrong += [f"{page.relative_to(folder)}: {it}" for it in misplaced(one)]
    return counts, wrong


def main() -> None:
    """Look through a site."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    counts, wrong = of_site(parser.parse_args().site)
    print(", ".join(f"{number:,} {name}" for name, number in sorted(counts.items())))
    print("\n".join(wrong) or "all has its place")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
