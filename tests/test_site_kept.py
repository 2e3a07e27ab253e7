"""What is kept of a site for its next run: one run at a time, nothing of one that failed, compressed blocks."""

from __future__ import annotations

import gzip
import sqlite3
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pressgraph
from pressgraph.errors import PressgraphError
from pressgraph.feeds import Told
from pressgraph.site.downloads import packed
from pressgraph.site.drawing import Page
from pressgraph.site.folder import LIST, Folder, changed_parts, write
from pressgraph.site.kept import Kept, kept_of
from pressgraph.site.reads import packed as packed_reads
from pressgraph.site.told import Entry

if TYPE_CHECKING:
    from pressgraph.project import Project

PAGE = Page("thing", "https://data.example.org/id/agent/nord")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "project").mkdir()
    return pressgraph.open(tmp_path / "project").project


def kept_file(project: Project) -> Path:
    """Return where it is kept what is known of the only site of a project."""
    (found,) = (project.state / "site").glob("*.kept")
    return found


def entry(name: str, *, day: str | None = "2026-01-02", event: tuple[str, ...] = ()) -> Entry:
    rows = [("doc/agent/nord/", name, "club", list[str]())]
    return Entry("doc/agent/nord/", [(name, "en")], rows, day, Told('{"@id":"x"}', day), list(event))


def put(kept: Kept, out: Path, content: bytes) -> None:
    """Write a page of one file, and keep it."""
    folder = Folder(out, kept)
    folder.open()
    folder.begin(["a/index.html"])
    _, standing = write(out, "a/index.html", content)
    kept.put(PAGE, {"a/index.html": standing}, reads=packed_reads({1, 2}))
    folder.finish()


def test_what_a_run_keeps_is_there_in_the_next_one(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with kept_of(project, out) as kept:
        put(kept, out, b"before")
        kept.note("run", ["a"])
    with kept_of(project, out) as kept:
        assert kept.noted("run", list[str]) == ["a"]
        assert list(kept.pages()) == [PAGE]
        assert changed_parts(out, kept) == set()
        (out / "a/index.html").write_bytes(b"edited by hand")
        assert changed_parts(out, kept) == set(kept.pages().values())
        # the same content at another time
        (out / "a/index.html").write_bytes(b"before")
        assert changed_parts(out, kept) == set()


def test_a_run_that_fails_keeps_nothing_and_its_files_are_known_as_ours(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def fail(kept: Kept) -> None:
        Folder(out, kept).begin(["b/index.html"])
        write(out, "b/index.html", b"half")
        raise KeyboardInterrupt

    with kept_of(project, out) as kept:
        put(kept, out, b"before")
    with pytest.raises(KeyboardInterrupt), kept_of(project, out) as kept:
        fail(kept)
    with kept_of(project, out) as kept:
        folder = Folder(out, kept)
        folder.open()
        assert kept.is_ours("b/index.html")
        assert folder.foreign == set()
        assert folder.finish() == ["b/index.html"]
        assert list(kept.pages()) == [PAGE]
    assert (out / LIST).read_text(encoding="utf-8").endswith("  a/index.html\n")


def test_a_file_that_is_taken_off_the_list_is_somebody_elses(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with kept_of(project, out) as kept:
        put(kept, out, b"before")
    (out / LIST).write_bytes(b"")
    with kept_of(project, out) as kept:
        folder = Folder(out, kept)
        folder.open()
        assert kept.pages() == {}
        folder.begin(["a/index.html"])
        assert folder.foreign == {"a/index.html"}


def test_two_runs_do_not_write_one_site_at_a_time(project: Project, tmp_path: Path) -> None:
    with kept_of(project, tmp_path / "out"):
        with pytest.raises(PressgraphError, match="another run writes this site"):
            kept_of(project, tmp_path / "out", wait=0).__enter__()
        with kept_of(project, tmp_path / "other", wait=0) as other:
            assert other.pages() == {}


def test_nothing_is_left_of_what_is_kept_no_more(project: Project, tmp_path: Path) -> None:
    with kept_of(project, tmp_path / "out") as kept:
        kept.put_entry("a", entry("Canary"))
        kept.put_subject("<a>", "a", b"Canary", b"Canary" * 2_000, b"Canary")
        kept.packed("x", b"content", lambda _: b"Canary")
        kept.sweep_packed("x")
    assert b"Canary" in kept_file(project).read_bytes()
    with kept_of(project, tmp_path / "out") as kept:
        kept.put_entry("a", entry("Nord"))
        kept.drop_subject("<a>")
        kept.sweep_packed("x")
    assert b"Canary" not in kept_file(project).read_bytes()


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + bytes(4080)])
def test_what_is_damaged_is_begun_anew(project: Project, tmp_path: Path, content: bytes) -> None:
    out = tmp_path / "out"
    with kept_of(project, out) as kept:
        put(kept, out, b"before")
    kept_file(project).write_bytes(content)
    with pytest.raises(PressgraphError, match="damaged"), kept_of(project, out):
        pass
    with kept_of(project, out) as kept:
        assert kept.pages() == {}


def test_what_an_earlier_version_kept_is_forgotten(project: Project, tmp_path: Path) -> None:
    with kept_of(project, tmp_path / "out"):
        pass
    with sqlite3.connect(kept_file(project)) as database:
        database.executescript("PRAGMA user_version = 0; DROP TABLE part; CREATE TABLE part (other TEXT)")
    database.close()
    with kept_of(project, tmp_path / "out") as kept:
        assert kept.pages() == {}


def test_marks_change_with_what_things_add(project: Project, tmp_path: Path) -> None:
    with kept_of(project, tmp_path / "out") as kept:
        kept.put_entry("a", entry("Nord"))
        called, days, events = kept.mark("called"), kept.mark("day"), kept.mark("event")
        assert kept.renamed == {"a"}
        assert kept.told["a"].day == "2026-01-02"
        assert "b" not in kept.told
    with kept_of(project, tmp_path / "out") as kept:
        kept.put_entry("a", entry("Nord"))
        assert (kept.mark("called"), kept.renamed) == (called, set())
        kept.put_entry("a", entry("Nord e. V.", event=("BEGIN:VEVENT",)))
        assert (kept.mark("called") != called, kept.mark("event") != events) == (True, True)
        assert (kept.mark("day"), kept.renamed) == (days, {"a"})
        # what is listed no more has no address in the sitemap
        kept.put_entry("a", entry("Nord e. V.", event=("BEGIN:VEVENT",))._replace(rows=[]))
        assert kept.mark("day") != days
        assert list(kept.days()) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=4), st.binary(max_size=40)), max_size=60), st.integers(0, 59))
def test_blocks_are_one_member_of_gzip_before_and_after_a_change(said: list[tuple[str, bytes]], at: int) -> None:
    with tempfile.TemporaryDirectory() as folder, kept_of(pressgraph.open(folder).project, Path(folder, "out")) as kept:
        assert gzip.decompress(b"".join(packed("x", said, kept))) == b"".join(it for _, it in said)
        said[at : at + 1] = [("changed", b"changed")]
        unpacker = zlib.decompressobj(wbits=31)
        written = b"".join(packed("x", said, kept))
        assert unpacker.decompress(written) == b"".join(it for _, it in said)
        # a browser takes no second member
        assert (unpacker.eof, unpacker.unused_data) == (True, b"")
        # what is written does not depend on what was written before
        assert written == b"".join(packed("y", said, kept))
