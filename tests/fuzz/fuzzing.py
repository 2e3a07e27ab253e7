"""What the tests of boundaries share.

A boundary is where something foreign is read: a file, a name, a store's own state. Its row says how it is read and
what it may raise for its user; anything else that comes out of it is a mistake in pressgraph. A test takes its rows
with `pytest.mark.parametrize` and hands each some hundred inputs, the same ones each time. `make fuzz` tries many more,
other ones each time; PRESSGRAPH_FUZZ is their number.
"""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

EXAMPLES = int(os.environ.get("PRESSGRAPH_FUZZ", "300"))

fuzzed = settings(
    max_examples=EXAMPLES,
    # the same inputs in each run, but not where somebody asks for as many as possible
    derandomize="PRESSGRAPH_FUZZ" not in os.environ,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)

fuzzed_slowly = settings(fuzzed, max_examples=max(1, EXAMPLES // 20))
"""For boundaries behind which a whole build stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """Where foreign bytes are read.

    `read` reads bytes, in an empty folder of its own where it needs one; `raises` is what it may raise, `words` are
    what mean something there. `seeds` are inputs that are right, or famous for being wrong.
    """

    name: str
    read: Callable[[bytes, Path], object] = field(repr=False)
    seeds: tuple[bytes, ...] = field(repr=False)
    words: tuple[bytes, ...] = field(default=(), repr=False)
    raises: tuple[type[Exception], ...] = ()
    packed: bool = field(default=False, repr=False)
    """Whether seeds are ZIP archives, of whose members bytes are changed too."""

    def __str__(self) -> str:
        return self.name

    def inputs(self) -> st.SearchStrategy[bytes]:
        """Return bytes to read: any, and mostly seeds with some changes."""
        changed = broken(self.seeds, self.words)
        if self.packed:
            changed = repacked(self.seeds, self.words) | changed
        return changed | st.binary(max_size=200)

    def check(self, data: bytes, folder: Path) -> None:
        """Read bytes; what may be raised is no failure, but it has a sentence for the user."""
        said = None
        try:
            self.read(data, folder)
        except self.raises as error:
            said = str(error)
        assert said is None or said.strip()


_ANY = tuple(bytes([code]) for code in b"\0\n\r\t \"'\\{}[]<>&:,=#|-0\xff\xc3")
_ANY += (b"\xef\xbb\xbf", b"\xed\xa0\x80", b"9" * 400, b"null", b"1e999", b"[" * 2000)


@st.composite
def broken(draw: st.DrawFn, seeds: Sequence[bytes], words: Sequence[bytes] = ()) -> bytes:
    """Break a seed: take out, repeat, move or replace bytes; insert what means something; cut it off."""
    data = bytearray(draw(st.sampled_from(seeds)))
    piece = st.sampled_from((*words, *_ANY)) | st.binary(max_size=4)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.sampled_from((1, 1, 2, 8, 64))))
        match draw(st.sampled_from(("delete", "repeat", "insert", "replace", "move", "cut"))):
            case "delete":
                del data[at:end]
            case "repeat":
                data[at:at] = data[at:end]
            case "insert":
                data[at:at] = draw(piece)
            case "replace":
                data[at:end] = draw(piece)
            case "move":
                taken = data[at:end]
                del data[at:end]
                to = draw(st.integers(0, len(data)))
                data[to:to] = taken
            case "cut":
                del data[at:]
    return bytes(data)


@st.composite
def repacked(draw: st.DrawFn, seeds: Sequence[bytes], words: Sequence[bytes] = ()) -> bytes:
    """Break one member of a ZIP archive, or leave it out, and pack the archive again."""
    members = unpacked(draw(st.sampled_from(seeds)))
    victim = draw(st.sampled_from(sorted(members)))
    if draw(st.integers(0, 9)):
        members[victim] = draw(broken((members[victim],), words))
    else:
        del members[victim]
    return packed(members)


def unpacked(archive: bytes) -> dict[str, bytes]:
    """Return the members of a ZIP archive by name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return {name: file.read(name) for name in file.namelist()}


def packed(members: dict[str, bytes]) -> bytes:
    """Return a ZIP archive of members by name."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return output.getvalue()
