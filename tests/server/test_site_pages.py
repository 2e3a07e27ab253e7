"""The pages of a server and those of a site are the same but for addresses, and for what only one of them has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pressgraph

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from harness import Server

PAGES = {
    "doc/agent/biosaxony": "doc/agent/biosaxony/",
    "doc/agent/andre-hofmann": "doc/agent/andre-hofmann/",
    "doc/label/biosaxony-ecei-silver-1": "doc/label/biosaxony-ecei-silver-1/",
    "doc/document/biosaxony-silver-label": "doc/document/biosaxony-silver-label/",
    "doc/event/new-years-reception": "doc/event/new-years-reception/",
    "cluster": "ontology/cluster/",
    "vocab/label-level": "ontology/vocab/label-level/",
    "vocab/label-level/silver": "ontology/vocab/label-level/silver/",
    "organisations": "organisations/",
    "labels": "labels/",
    "labels?level=silver": "labels/level/silver/",
    "releases?year=2019": "releases/year/2019/",
    "people": "people/",
    "links?iri=https://w3id.org/pressgraph/cluster%23FactGraph": "links/terms/clu/FactGraph/",
    "links?iri=http://schema.org/Organization": "links/terms/schema/Organization/",
}


def shown(page: str) -> list[str]:
    """Return what a page shows: its elements and words, without addresses and without the forms that data is had in."""
    main = page[page.index("<main") : page.index("</main>")]
    main = re.sub(r' (?:href|src|action|data-terms|rel|title)="[^"]*"', "", main)
    main = re.sub(r'<a class="button"[^>]*>[^<]*</a>', "", main)
    # where a site has no page, a server has one that says what points there
    main = re.sub(r"</?(?:a|span)\b[^>]*>", "", main)
    # facts have their places on a site's pages
    main = re.sub(r' id="fact-[0-9a-f]+"', "", main)
    return main.split()


def test_server_and_site_show_the_same(
    founding_server: Server, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what leads to a thing has pages of its own where it is much
    for module in ("site", "named"):
        monkeypatch.setattr(f"pressgraph.site.{module}.MOST_LINKS", 25)
    out = tmp_path / "site"
    pressgraph.open(built).site(out, url="https://data.example.org/", jobs=1)
    for language, folder in (("en", ""), ("de", "de/")):
        for served, drawn in PAGES.items():
            sign = "&" if "?" in served else "?"
            answer = founding_server.client.get(f"/{served}{sign}lang={language}", headers={"accept": "text/html"})
            assert answer.status_code == 200, served
            page = (out / f"{folder}{drawn}index.html").read_text(encoding="utf-8")
            assert shown(page) == shown(answer.text), (language, drawn)
            assert len(shown(page)) > 30, drawn
