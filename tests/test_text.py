"""Words are found in a text exactly, else as they look; never what is only similar."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pressgraph.dataset.shown_text import pieces
from pressgraph.text import AbsentError, Searchable, SeveralError, SourceText, TextError, fold

if TYPE_CHECKING:
    from pathlib import Path

ASTRAL = "🚀 𝔘𝔫𝔦 "


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("The Silver Label is held.", "Silver Label", "Silver Label"),
        # what programs change: quotation marks, dashes, spaces
        ("Er sagte: „Das ist gut“.", '"Das ist gut"', "„Das ist gut“"),
        ("»Das ist gut«, so sie.", "„Das ist gut“", "»Das ist gut«"),
        ("the cluster’s label", "the cluster's label", "the cluster’s label"),
        ("Leipzig – Dresden", "Leipzig - Dresden", "Leipzig – Dresden"),
        ("e.\u00a0V. und  mehr", "e. V. und mehr", "e.\u00a0V. und  mehr"),
        ("a Silver\r\nLabel here", "a Silver Label", "a Silver\r\nLabel"),
        ("Zerti\u00adfi\u00adkat", "Zertifikat", "Zerti\u00adfi\u00adkat"),
        ("Cluster\u200bverband", "Clusterverband", "Cluster\u200bverband"),
        ("Clusterverband", "Cluster\u00adverband", "Clusterverband"),
        # one letter as one character or as two, in either direction
        (unicodedata.normalize("NFD", "für Köln"), "für Köln", unicodedata.normalize("NFD", "für Köln")),
        ("für Köln", unicodedata.normalize("NFD", "für Köln"), "für Köln"),
        ("q\u0323\u0307 x", "q\u0307\u0323", "q\u0323\u0307"),
        # spaces around the words are nobody's
        ("one two three", "  two\n", "two"),
    ],
)
def test_words_are_found_as_they_look(text: str, words: str, found: str) -> None:
    for before in ("", ASTRAL, "\r\n\r\n", "e\u0301\u00ad\u200b "):
        start, end = Searchable(before + text).find(words)
        assert (before + text)[start:end] == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Silver Label is held.", "the silver label"),
        ("The Silver Label is held.", "Silver Labels are"),
        ("The Silver Label is held.", "Gold Label"),
        ("18 members", "180 members"),
        ("Muller", "Müller"),
        ("anything", "   "),
        ("anything", "\u00ad"),
        ("", "word"),
        # not a letter without its mark
        ("caf" + "e\u0301", "cafe"),
        ("caf" + "e\u0301", "\u0301"),
        ("각하", "\u1100"),
    ],
)
def test_what_is_only_similar_is_not_found(text: str, words: str) -> None:
    with pytest.raises(AbsentError):
        Searchable(text).find(words)


def test_exact_words_come_before_those_that_only_look_the_same() -> None:
    text = Searchable("the cluster’s and the cluster's")
    assert text.find("the cluster's") == (18, 31)
    assert list(text.places("the  cluster's")) == [(0, 13), (18, 31)]


def test_of_several_places_each_is_shown_and_one_is_chosen_by_its_number() -> None:
    text = Searchable("The first label was bronze.\nThe second label was silver.\nThe third label is gold.")
    with pytest.raises(SeveralError) as error:
        text.find("label")
    assert error.value.count == 3
    assert [(it.line, "…" in it.text) for it in error.value.passages] == [(1, True), (2, True), (3, True)]
    assert "second" in error.value.passages[1].text
    assert text.find("label", 2) == (39, 44)
    for nth in (0, 4, -1):
        with pytest.raises(SeveralError):
            text.find("label", nth)
    assert text.find("gold", 1) == (76, 80)


def test_absent_words_come_with_the_passage_that_is_most_like_them() -> None:
    text = Searchable("One line.\n\nThe cluster has been awarded\nthe Silver Label of the initiative.\nMore.")
    with pytest.raises(AbsentError) as error:
        text.find("has been given the Silver Label")
    nearest = error.value.nearest
    assert nearest is not None
    assert nearest.line == 3
    assert "awarded the Silver Label" in nearest.text
    with pytest.raises(AbsentError) as error:
        text.find("Zylinderkopfdichtung")
    assert error.value.nearest is None


PIECES = st.sampled_from(
    [*"abcdefgh ÄÖüß.,–-„“'’🚀𝔘\n\u00a0\u00ad\u200d각ﬁ", "\r\n", "e\u0301", "\u1100\u1161", "q\u0323\u0307"]
)
EDITS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 60), PIECES), max_size=3)
TEXTS = st.lists(PIECES, max_size=60).map("".join)


def _edited(words: str, kind: int, at: int, piece: str) -> str:
    at = at % (len(words) + 1)
    match kind:
        case 0:
            return words[:at] + piece + words[at:]
        case 1:
            return words[:at] + words[at + 1 :]
        case 2:
            return unicodedata.normalize("NFC", words)
        case 3:
            return unicodedata.normalize("NFD", words)
        case 4:
            return words.replace(" ", "\n").replace("-", "–").replace("“", '"')
    return words


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(TEXTS, st.integers(0, 60), st.integers(0, 60), EDITS)
def test_a_slice_that_looks_like_the_words_or_nothing(
    text: str, start: int, length: int, edits: list[tuple[int, int, str]]
) -> None:
    words = text[start : start + length]
    for kind, at, piece in edits:
        words = _edited(words, kind, at, piece)
    spans = list(Searchable(text).places(words))
    assert all(fold(text[a:b]) == fold(words) for a, b in spans)
    assert all(a < b for a, b in spans)
    assert [b for _, b in spans[:-1]] <= [a for a, _ in spans[1:]]
    if not edits and fold(words):
        after = text[start + length : start + length + 1]
        cut = any(unicodedata.combining(it) for it in (words.strip()[0], *after))
        assert spans or cut or words[-1:] in "\u00ad\u200d" or not words.strip("\u00ad\u200d ")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(TEXTS)
def test_folding_is_the_same_for_both_normal_forms_and_for_what_is_folded(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text)) == fold(text)
    assert fold(fold(text)) == fold(text)


@pytest.mark.timeout(120)
def test_the_time_is_linear_in_the_text() -> None:
    # what costs a square here takes hours
    for text, words in (
        ("a" * 400_000, "a" * 200_000 + "b"),
        ("a" * 400_000, "a" * 1000),
        ("e" + "\u0323\u0307" * 200_000, "e" + "\u0307\u0323" * 200_000),
        (" " * 400_000 + "x", "y x"),
        ("ab " * 150_000, "ab  ab"),
    ):
        found = len(list(Searchable(text).places(words)))
        assert found == text.count(words) or found == fold(text).count(fold(words))


def test_a_text_is_its_characters_and_the_hash_of_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffZeile\r\n🚀".encode())
    text = SourceText.read(path)
    assert text.text == "\ufeffZeile\r\n🚀"
    assert text.find("🚀") == (8, 9)
    assert len(text.sha256) == 64
    for data, reason in ((b"\xff\xfea", "not UTF-8"), (b"a" * (10 * 1024**2 + 1), "larger than 10 MiB")):
        path.write_bytes(data)
        with pytest.raises(TextError, match=reason):
            SourceText.read(path)
    for other, reason in ((tmp_path, "not a file"), (tmp_path / "none", "No such file")):
        with pytest.raises(TextError, match=reason):
            SourceText.read(other)


def test_what_is_shown_of_a_text_is_cut_where_something_begins_or_ends() -> None:
    text = "Gold for Nord\fe. V. Call +49 30 1234567 or Ida.\n\nPress: press@nord.example"

    def shown(evidence: list[tuple[int, int]], hidden: list[tuple[int, int]], *names: str) -> list[str]:
        return [it.text for it in pieces(text, evidence, hidden=hidden, names=names)]

    # a fact may rest on half a number: it is shown all the less
    told = ["Gold", " for Nord e. V. Call ", "[…]", " or Ida.", "\n\n", "Press: ", "[…]"]
    assert shown([(0, 4), (30, 60)], []) == told
    # a short paragraph that only says whom to ask goes as a whole, and what is hidden leaves nothing
    assert text[9:13] == "Nord"
    told = ["Gold", " for ", " e. V. Call ", "[…]", " or ", "Ida", ".", "\n\n", "[…]"]
    assert shown([(0, 4)], [(9, 13)], "Ida", "Gold") == told
