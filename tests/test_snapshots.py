"""Snapshots on disk: a pointer, a manifest or a store that is not whole is a clear error, in words that help."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from pressgraph.dataset import Snapshots
from pressgraph.dataset.snapshots import EARLIER, UNNAMED, Snapshot
from pressgraph.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

QUAD = ox.Quad(ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.NamedNode("x:o"))
HINTS = {
    "built": "run 'pressgraph build --full', which makes it anew",
    "served": "what was written over HTTP lies there alone: put a backup of the folder in its place",
}


def publish(snapshots: Snapshots, *, fresh: bool = False) -> str:
    with snapshots.building(), snapshots.candidate(fresh=fresh) as candidate:
        store = candidate.open_store()
        store.add(QUAD)
        candidate.settle(store)
        del store
        return candidate.publish({"id": "one"}).name


@pytest.fixture(params=["built", "served"])
def snapshots(request: pytest.FixtureRequest, tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path / "state", kind=request.param)


def test_a_pointer_that_cannot_be_read_is_named(snapshots: Snapshots) -> None:
    (snapshots.state / "current").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"current") as caught:
        snapshots.current()
    assert isinstance(caught.value.__cause__, OSError)


def test_before_the_first_publication_there_is_none(snapshots: Snapshots) -> None:
    assert snapshots.current() is None


@pytest.mark.parametrize(
    "text", ["000007\n", "", "\n", "..", "../snapshots/000001", "store", "1", "٠٠٠٠٠١", "\xff", "9" * 400]
)
def test_a_pointer_to_what_is_no_snapshot_is_refused(snapshots: Snapshots, text: str) -> None:
    publish(snapshots)
    (snapshots.state / "snapshots/store").mkdir()
    pointer = snapshots.state / "current"
    pointer.write_text(text, encoding="utf-8")
    with pytest.raises(StoreError) as caught:
        snapshots.current()
    assert str(caught.value) == f"{pointer} names a snapshot that is not there ({HINTS[snapshots.kind]})"


def test_a_pointer_to_a_file_or_to_a_snapshot_that_was_deleted_is_refused(snapshots: Snapshots) -> None:
    name = publish(snapshots)
    current = snapshots.current()
    assert current is not None
    assert (current.name, current.manifest()) == (name, {"id": "one"})
    current.path.rename(snapshots.state / "elsewhere")
    with pytest.raises(StoreError, match="names a snapshot that is not there"):
        snapshots.current()
    current.path.write_bytes(b"")
    with pytest.raises(StoreError, match="names a snapshot that is not there"):
        snapshots.current()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "No such file or directory"), (b"", "it is not as it was written"), (b"{}", "it is not as it was written")],
)
def test_a_manifest_that_cannot_be_read_is_named(snapshots: Snapshots, content: bytes | None, reason: str) -> None:
    publish(snapshots)
    current = snapshots.current()
    assert current is not None
    path = current.path / "build.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        current.manifest()
    said = f"the {snapshots.kind} store {current.path} has no readable build.json: {reason}"
    assert str(caught.value) == f"{said} ({HINTS[snapshots.kind]})"


def test_saying_that_it_is_current_moves_the_time_of_the_pointer_alone(snapshots: Snapshots) -> None:
    pointer = snapshots.state / "current"
    with pytest.raises(StoreError, match=f"{re.escape(str(pointer))} cannot be opened"):
        snapshots.touch()
    publish(snapshots)
    before, text = snapshots.looked(), pointer.read_text()
    os.utime(pointer, ns=(0, 0))
    assert snapshots.looked() == 0
    snapshots.touch()
    assert snapshots.looked() >= before
    assert pointer.read_text() == text


def test_a_store_that_cannot_be_opened_is_named(snapshots: Snapshots) -> None:
    publish(snapshots)
    current = snapshots.current()
    assert current is not None
    (current.path / "store/CURRENT").write_bytes(b"nonsense")
    with pytest.raises(StoreError) as caught:
        current.open()
    assert str(caught.value).startswith(f"the {snapshots.kind} store {current.path} cannot be opened: ")
    assert caught.value.hint == HINTS[snapshots.kind]


def test_a_manifest_that_cannot_be_written_publishes_nothing(snapshots: Snapshots) -> None:
    before = publish(snapshots)
    with snapshots.building(), snapshots.candidate() as candidate:
        (candidate.path / "build.json").mkdir()
        with pytest.raises(StoreError, match="candidate"):
            candidate.publish({"id": "two"})
    current = snapshots.current()
    assert current is not None
    assert current.name == before


def test_a_pointer_that_cannot_be_replaced_publishes_nothing(snapshots: Snapshots) -> None:
    with snapshots.building(), snapshots.candidate() as candidate:
        (snapshots.state / "current").mkdir()
        with pytest.raises(StoreError, match=f"^the {snapshots.kind} store .*000001 cannot be opened: .*irectory"):
            candidate.publish({"id": "one"})
        assert list((snapshots.state / "snapshots").iterdir()) == []


def test_a_snapshot_that_cannot_be_copied_is_named_and_leaves_no_candidate(snapshots: Snapshots) -> None:
    publish(snapshots)
    store = snapshots.state / "snapshots" / "000001" / "store"
    shutil.rmtree(store)
    store.touch()
    with (
        snapshots.building(),
        pytest.raises(StoreError, match=f"^the {snapshots.kind} store .*000001 cannot be opened"),
    ):
        snapshots.candidate()
    assert [path.name for path in (snapshots.state / "snapshots").iterdir()] == ["000001"]


def test_a_snapshot_whose_store_is_none_is_named(snapshots: Snapshots) -> None:
    publish(snapshots)
    current = snapshots.current()
    assert current is not None
    (current.path / "store").rename(current.path / "elsewhere")
    with pytest.raises(StoreError, match=current.name):
        current.open()


def test_a_candidate_that_cannot_be_opened_is_named(snapshots: Snapshots) -> None:
    with snapshots.building(), snapshots.candidate() as candidate:
        (candidate.path / "store").write_bytes(b"no folder")
        with pytest.raises(StoreError, match="candidate"):
            candidate.open_store()


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC, errno.EDQUOT])
def test_only_a_full_disk_is_called_one(snapshots: Snapshots, number: int) -> None:
    full = number != errno.EACCES
    kind, said = (StoreError, "no room") if full else (PermissionError, os.strerror(number))
    with pytest.raises(kind, match=said), snapshots.building(), snapshots.candidate() as candidate:
        raise OSError(number, os.strerror(number))
    assert not candidate.path.exists()


def test_a_candidate_begins_with_what_is_published_or_with_nothing(snapshots: Snapshots) -> None:
    publish(snapshots)
    for fresh, quads in ((False, 1), (True, 0)):
        with snapshots.building(), snapshots.candidate(fresh=fresh) as candidate:
            store = candidate.open_store()
            assert len(store) == quads
            del store
        # it was not published
        assert not candidate.path.exists()
    assert len(list((snapshots.state / "snapshots").iterdir())) == 1


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_a_store_in_memory_is_written_with_what_is_added_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr("pressgraph.dataset.snapshots._PART", size)
    node, other = ox.BlankNode("one"), ox.BlankNode("two")
    link, said = ox.NamedNode("x:p"), ox.Literal("a _:one\nmore\t“ä”", language="de")
    store = ox.Store()
    store.extend([QUAD, ox.Quad(QUAD.subject, link, said, ox.NamedNode("x:g"))])
    store.extend([ox.Quad(node, link, other), ox.Quad(other, link, node), ox.Quad(QUAD.subject, link, node)])
    added = [ox.Quad(ox.NamedNode("x:s"), link, ox.Literal(str(number))) for number in range(3)]
    snapshots = Snapshots(tmp_path)
    with snapshots.building(), snapshots.candidate(fresh=True) as candidate:
        with candidate.writing(store) as write:
            store.extend(added)
            write(ox.serialize([quad], format=ox.RdfFormat.N_QUADS) or b"" for quad in added)
        published = candidate.publish({"id": "one"})
    assert set(published.open()) == set(store)
    assert not list(published.path.glob("*.nq"))


def test_what_is_written_beside_an_error_is_dropped(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path)
    with (
        pytest.raises(KeyError),
        snapshots.building(),
        snapshots.candidate(fresh=True) as candidate,
        candidate.writing(ox.Store()),
    ):
        raise KeyError
    assert snapshots.current() is None
    assert not candidate.path.exists()


def test_the_last_two_snapshots_stay_and_those_that_are_kept(tmp_path: Path) -> None:
    state = tmp_path / "state"
    names = [publish(Snapshots(state)) for _ in range(4)]
    assert names == ["000001", "000002", "000003", "000004"]
    assert sorted(path.name for path in (state / "snapshots").iterdir()) == names[2:]
    publish(Snapshots(state, keep={"000003"}))
    assert sorted(path.name for path in (state / "snapshots").iterdir()) == ["000003", "000004", "000005"]


def test_what_a_killed_build_left_goes_with_the_next_one(snapshots: Snapshots) -> None:
    publish(snapshots)
    folder = snapshots.state / "snapshots"
    for name in ("000002.dead.candidate", "000009", "000000.x.candidate"):
        (folder / name).mkdir()
    (snapshots.state / ".current.1234").touch()
    with snapshots.building():
        assert [path.name for path in folder.iterdir()] == ["000001"]
    assert not (snapshots.state / ".current.1234").exists()


def test_one_build_at_a_time(snapshots: Snapshots) -> None:
    with snapshots.building(), pytest.raises(StoreError, match="another build is running") as caught:  # noqa: SIM117
        with Snapshots(snapshots.state).building():
            pass
    assert caught.value.hint == "wait for it, then try again"


BUILT = {"basis": "a", "facts": {}, "files": {}, "more": 1}
SERVED = {"built": "000003", "written": True, "id": "one"}
EARLIER_VERSIONS = [
    ("built", BUILT, {EARLIER: True}),
    *(
        ("built", {name: it for name, it in BUILT.items() if name != left}, None)
        for left in ("basis", "facts", "files")
    ),
    ("built", SERVED, None),
    ("served", SERVED, {**SERVED, "gone": []}),
    ("served", {**SERVED, "built": None, "gone": ["a", "b"]}, {**SERVED, "built": None, "gone": ["a", "b"]}),
    *(("served", SERVED | {name: 3}, None) for name in ("built", "written", "id", "gone")),
    ("served", {**SERVED, "gone": ["a", 3]}, None),
    ("served", BUILT, None),
    *((kind, text, None) for kind in ("built", "served") for text in ([], [BUILT], "basis", 3, None)),
]


def test_what_an_earlier_version_noted_without_a_seal_is_read_as_far_as_it_is_of_use(tmp_path: Path) -> None:
    """A build begins anew from there; what was written over HTTP lies in the served store alone."""
    for kind, noted, read in EARLIER_VERSIONS:
        (tmp_path / "build.json").write_text(json.dumps(noted))
        snapshot = Snapshot(path=tmp_path, kind=kind)
        if read is not None:
            assert snapshot.manifest() == read, (kind, noted)
            continue
        with pytest.raises(StoreError) as caught:
            snapshot.manifest()
        assert caught.value.hint == HINTS[kind], (kind, noted)
        assert "it is not as it was written" in str(caught.value), (kind, noted)


def test_a_manifest_nested_without_end_is_one_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "build.json").write_bytes(b"[" * 100_000)
    with pytest.raises(StoreError, match=r"has no readable build\.json"):
        Snapshot(path=tmp_path).manifest()


def test_a_candidate_shares_the_tables_of_what_is_published_and_none_of_what_a_store_writes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots = Snapshots(tmp_path / "state")
    publish(snapshots)
    current = snapshots.current()
    assert current is not None
    (current.path / UNNAMED).mkdir()
    (current.path / UNNAMED / "one.sst").write_bytes(b"table")
    tables = {path.name for path in (current.path / "store").glob("*.sst")}
    assert tables
    for links in (True, False):
        if not links:
            monkeypatch.setattr(type(tmp_path), "hardlink_to", _no_links)
        with snapshots.building(), snapshots.candidate() as candidate:
            files = {path.name: path for path in (candidate.path / "store").iterdir()}
            assert not [name for name in files if name == "LOCK" or name.startswith("LOG")]
            assert {name for name in files if name.endswith(".sst")} == tables
            for name, path in files.items():
                assert path.read_bytes() == (current.path / "store" / name).read_bytes()
                assert path.samefile(current.path / "store" / name) == (links and name in tables)
            assert (candidate.path / UNNAMED / "one.sst").read_bytes() == b"table"
        with snapshots.building(), snapshots.candidate(fresh=True) as candidate:
            assert list(candidate.path.iterdir()) == []
    assert (snapshots.state / ".gitignore").read_text() == "*\n"


def _no_links(_self: Path, _target: Path) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


def test_a_build_that_begins_anew_needs_no_pointer_that_can_be_read(snapshots: Snapshots) -> None:
    publish(snapshots)
    (snapshots.state / "current").write_text("nonsense")
    with pytest.raises(StoreError, match="names a snapshot that is not there"):
        publish(snapshots)
    # whoever cannot tell what is published removes nothing of it
    assert [path.name for path in (snapshots.state / "snapshots").iterdir()] == ["000001"]
    assert publish(snapshots, fresh=True) == "000002"
    current = snapshots.current()
    assert current is not None
    assert current.name == "000002"
