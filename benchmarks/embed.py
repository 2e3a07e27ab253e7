"""Measure how many pages a second `embed` edits on one core, and that the time grows with the size alone.

    python benchmarks/embed.py             # the table, less than a minute
    python benchmarks/embed.py --quick     # does it run?

Exits with 1 where pages of 20 kB fall below 500 a second, or a byte of the largest pages costs much more.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import pressgraph
from pressgraph.embed import embed
from pressgraph.embed.publisher import EmbedOptions, Publisher, Status

ROOT = Path(__file__).resolve().parents[1]
FOUNDING = ROOT / "data" / "releases" / "2019-01-01-biosaxony-silver-label.yaml"
RELEASE = "document/biosaxony-silver-label"
GOAL = 500
SMALL = 20_000
SIZES = (5_000, 20_000, 80_000, 320_000, 1_280_000)
UNEVEN = 2.5
"""How many times as much a byte a page may cost: caches end somewhere, but nothing grows with the square."""

_HEAD = (
    b'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>News</title>\n'
    b'<link rel="stylesheet" href="/s.css">\n<script>var a = "</head>";</script>\n</head>\n<body>\n'
)
_TEAM = (
    b'<div class="card wide"><h2><a href="/news/%d">A headline, number %d</a></h2>\n'
    b'<p>Some text with an <em>emphasis</em>, an entity &amp; an <img src="/i/%d.png" alt="image">.</p></div>\n'
)


def page(size: int, number: int = 0) -> bytes:
    """Return a page of about so many bytes, as a content management system writes it."""
    parts = [_HEAD]
    length = len(_HEAD)
    while length < size:
        parts.append(_TEAM % ((number,) * 3))
        length += len(parts[-1])
        number += 1
    return b"".join([*parts, b"</body>\n</html>\n"])


def publisher(folder: Path) -> Publisher:
    """Build the founding release in a folder, and return what writes its pages."""
    (folder / "data").mkdir()
    (folder / "data" / FOUNDING.name).write_bytes(FOUNDING.read_bytes())
    workspace = pressgraph.open(folder)
    workspace.build()
    return workspace.publisher()


def rate(seconds: float, work: list[bytes], edit: object) -> float:
    """Return pages a second of a function over pages, repeated for some seconds of processor time."""
    if not callable(edit):
        raise TypeError("nothing to measure")
    edit(work[0])
    done = 0
    start = time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for html in work:
            edit(html)
        done += len(work)
    return done / spent


def main() -> int:
    """Print the table; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="measure for a moment only, and judge nothing")
    quick = parser.parse_args().quick
    seconds = 0.05 if quick else 2.0
    with tempfile.TemporaryDirectory() as folder:
        writer = publisher(Path(folder))
        options = EmbedOptions(about=RELEASE)
        embedded = writer.edit(page(SMALL), options)
        if embedded.status is not Status.EMBEDDED:
            raise SystemExit(f"the page was {embedded.status.value}")
        data = pressgraph.open(folder).page_data(RELEASE)
        print("| pages of | embed(html, data) | MB/s | embed, data from the graph | second run |")
        print("| ---: | ---: | ---: | ---: | ---: |")
        speeds: dict[int, float] = {}
        whole = 0.0
        for size in SIZES:
            pages = [page(size, number) for number in range(4)]
            plain = rate(seconds, pages, lambda html: embed(html, data))
            graph = rate(seconds, pages, lambda html: writer.edit(html, options))
            again = [writer.edit(html, options).after for html in pages]
            second = rate(seconds, again, lambda html: writer.edit(html, options))
            speeds[size] = plain * len(pages[0])
            if size == SMALL:
                whole = min(plain, graph)
            print(
                f"| {len(pages[0]) / 1000:,.0f} kB | {plain:,.0f}/s | {speeds[size] / 1e6:.1f} "
                f"| {graph:,.0f}/s | {second:,.0f}/s |"
            )
    if quick:
        return 0
    uneven = max(speeds[size] for size in SIZES[2:]) / min(speeds[size] for size in SIZES[2:])
    fine = whole >= GOAL and uneven <= UNEVEN
    print(
        f"\n{whole:,.0f} pages of 20 kB a second (goal: {GOAL}); large pages cost {uneven:.2f} × as much a byte at most"
    )
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
