"""Snapshots on disk: a pointer, a manifest or a store that is not whole is a clear error, in words that help."""

from __future__ import annotations

import errno
import os
import re
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from pressgraph.dataset import Snapshots
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
