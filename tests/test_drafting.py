"""The text of a release is read from the document that it comes as, and a facts file begins with it."""

from __future__ import annotations

import hashlib
import io
import subprocess
import threading
import zipfile
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
import yaml
from click.testing import CliRunner
from tests.browsers import chromium

from pressgraph.cli import main
from pressgraph.drafting.languages import language_of
from pressgraph.drafting.read import read_bytes
from pressgraph.drafting.release import MAX_BYTES
from pressgraph.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

GERMAN = "Das Netzwerk „Küstenlicht“ ist mit dem Gold-Label ausgezeichnet worden, und die Freude ist groß."
ENGLISH = "The network has been awarded the Gold Label, and the members of it are pleased with the news."


def run(folder: Path, *arguments: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["--project", str(folder), *arguments], input=stdin)


def begun(folder: Path, document: bytes, name: str = "release.txt", *options: str) -> tuple[dict[str, object], str]:
    """Begin a facts file for a document; return its source block and the text."""
    path = folder / name
    path.write_bytes(document)
    result = run(folder, "new", str(path), "--name", "x", *options)
    assert result.exit_code == 0, result.output
    source = yaml.safe_load((folder / "data/releases/x.yaml").read_text(encoding="utf-8"))["source"]
    text = (folder / "data/texts/x.txt").read_bytes()
    assert source["sha256"] == hashlib.sha256(text).hexdigest()
    return source, text.decode()


@pytest.mark.parametrize(
    "data",
    [
        GERMAN.encode(),
        b"\xef\xbb\xbf" + GERMAN.encode(),
        GERMAN.encode("utf-16"),
        GERMAN.encode("cp1252"),
        # without the mark that says so
        GERMAN.encode("utf-16-le"),
        GERMAN.encode("utf-16-be"),
    ],
)
def test_plain_text_is_read_in_its_encoding(data: bytes) -> None:
    assert read_bytes(data, "a.txt").text == GERMAN


def test_a_text_keeps_its_characters_but_for_line_ends_and_controls() -> None:
    read = read_bytes("e\u0301 \u00ad\u200b🚀\r\nzwei\rdrei\x0cvier\x00".replace("\x00", "\x07").encode(), "a.txt")
    assert read.text == "e\u0301 \u00ad\u200b🚀\nzwei\ndrei\nvier"


PAGE = f"""<!doctype html><html lang="de"><head><title>Seite</title>
<meta property="article:published_time" content="2026-01-15T08:00:00+01:00"></head>
<body><nav><a href="/">Start</a> <a href="/news">Neues</a></nav><article><h1>Gold für Küstenlicht</h1>
<p>{GERMAN}</p><p>Nach dem Audit, so der Verband, gilt das Label zwei Jahre, bis zum Januar 2028.</p>
<p hidden>Claim of silver one</p><p style="color: red; display : none">Claim of silver two</p>
<p aria-hidden="true">Claim of silver three</p><template><p>Claim of silver four</p></template>
<div style="VISIBILITY:hidden"><p>Claim of silver five</p></div><p style="font-size:0">Claim of silver seven</p>
<p style="position:absolute;left:-9999px">Claim of silver nine</p>
<style>/* */ body, .gone {{display: none}} p::before {{display: none}} @media print {{.kept {{display: none}}}}</style>
<p class="gone">Claim of silver ten</p><p class="kept" style="font-size: 0.9em; left: -2px">Es steht auf Papier.</p>
<!-- Claim of silver six -->
<script>"Claim of silver seven"</script><noscript>Claim of silver eight</noscript></article></body></html>"""


def test_a_page_gives_what_people_see_and_what_it_states(tmp_path: Path) -> None:
    source, text = begun(tmp_path, PAGE.encode(), "page.html")
    assert GERMAN in text
    assert "zwei Jahre" in text
    assert "Es steht auf Papier." in text
    assert "silver" not in text
    assert source["headline"] == {"de": "Gold für Küstenlicht"}
    assert (str(source["datePublished"]), source["inLanguage"]) == ("2026-01-15", "de")
    # by what is in it, not by its name
    assert read_bytes(PAGE.encode(), "page.txt").text == text


def test_a_page_that_asks_to_log_in_is_refused(tmp_path: Path) -> None:
    page = "<html><body><h1>Anmelden</h1><form><input name=user><input type=PASSWORD name=p></form></body></html>"
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    result = run(tmp_path, "new", str(tmp_path / "a.html"))
    assert result.exit_code == 1
    assert "asks to log in" in result.stderr
    assert not (tmp_path / "data").exists()


def message(plain: str | None, html: str | None) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "presse@netz.example", "redaktion@zeitung.example"
    mail["Subject"] = "Gold für Küstenlicht"
    mail["Date"] = "Thu, 15 Jan 2026 09:00:00 +0100"
    if plain is not None:
        mail.set_content(plain)
    if html is not None:
        mail.add_alternative(html, subtype="html")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="a.pdf")
    return mail.as_bytes()


def test_a_message_gives_its_body_its_subject_and_its_day(tmp_path: Path) -> None:
    source, text = begun(tmp_path, message(GERMAN, PAGE), "message")
    assert text.strip() == GERMAN
    assert source["headline"] == {"de": "Gold für Küstenlicht"}
    assert str(source["datePublished"]) == "2026-01-15"
    page = read_bytes(message(None, PAGE), "a.eml").text
    assert GERMAN in page
    assert "silver" not in page
    with pytest.raises(DataError, match="no text"):
        read_bytes(message(None, None), "a.eml")


def test_a_docx_gives_paragraphs_and_tables_in_their_order(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.core_properties.title = "Gold für Küstenlicht"
    document.add_paragraph(GERMAN)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Mitglieder", "180"
    document.add_paragraph("Ende")
    data = io.BytesIO()
    document.save(data)
    source, text = begun(tmp_path, data.getvalue(), "release.bin")
    assert text == f"{GERMAN}\nMitglieder\t180\nEnde"
    assert source["headline"] == {"de": "Gold für Küstenlicht"}


def test_a_docx_that_is_broken_inside_is_refused() -> None:
    pytest.importorskip("docx")
    with pytest.raises(DataError, match="cannot be opened"):
        read_bytes(archive_of("word/document.xml"), "document")


def pdf(*lines: str) -> bytes:
    """Return a PDF of one page with lines of text, or without any."""
    shown = " ".join(f"BT /F1 12 Tf 72 {720 - 20 * number} Td ({line}) Tj ET" for number, line in enumerate(lines))
    fonts = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources {fonts} >>",
        f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream",
    ]
    body, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(body)
    body += f"xref\n0 5\n0000000000 65535 f \n{table}trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return body.encode()


def test_a_pdf_gives_its_text_and_a_scan_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2")
    source, text = begun(tmp_path, pdf("Gold for the network", ENGLISH[:60], ENGLISH[60:].strip()), "a.pdf")
    assert text.splitlines()[0] == "Gold for the network"
    assert " ".join(text.split()).endswith(ENGLISH)
    assert source["inLanguage"] == "en"
    with pytest.raises(DataError, match="only pictures"):
        read_bytes(pdf(), "scan.pdf")
    with pytest.raises(DataError, match="cannot be opened"):
        read_bytes(b"%PDF-1.4 broken", "broken.pdf")


@pytest.mark.slow
def test_a_pdf_that_a_browser_printed_is_read_with_its_hyphens(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2")
    says = "Der Küstenlicht e. V. hat das Gold-Label erhalten, und zur Auszeichnungsfeierlichkeit waren sie da. "
    page = tmp_path / "page.html"
    style = "width: 200px; hyphens: auto; font: 12pt serif"
    page.write_text(f"<html lang=de><meta charset=utf-8><body style='{style}'><p>{says * 5}", encoding="utf-8")
    command = [chromium(), "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={tmp_path / 'page.pdf'}"]
    subprocess.run([*command, page.as_uri()], check=True, capture_output=True, timeout=90)
    read = read_bytes((tmp_path / "page.pdf").read_bytes(), "page.pdf")
    words = " ".join(read.text.split()).replace("- ", "-")
    assert words.count("Gold-Label") == 5
    # what programs write where nobody has given a title is none
    assert read.title is None


def bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * (101 * 1024 * 1024))
    return data.getvalue()


def archive_of(name: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(name, "x")
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no text in it"),
        (b" \r\n\t", "no text in it"),
        (b"<html><body></body></html>", "no text in it"),
        (b"a" * (MAX_BYTES + 1), "larger than 20 MiB"),
        (b"a" * 2_000_001, "more than 2,000,000 characters"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not UTF-8"),
        ("Мёд и молоко".encode("cp1251"), "not UTF-8"),
        (b"\xff\xfea", "not UTF-8"),
        (b"text\0text", "not a text"),
        (archive_of("xl/workbook.xml"), "no DOCX"),
        (b"PK\x03\x04 broken", "cannot be opened"),
        (b"{\\rtf1\\ansi Gold for Coastlight}", "RTF is not read here"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Word 97 is not read here"),
        ("document.docx", "the file is no DOCX"),
        ("document.PDF", "the file is no PDF"),
    ],
    ids=range(15),
)
def test_what_has_no_text_is_refused_with_the_reason(data: bytes | str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_bytes(b"Gold for all", data) if isinstance(data, str) else read_bytes(data, "document")


def test_what_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(DataError, match="larger than 100 MiB"):
        read_bytes(bomb(), "a.docx")


def test_the_language_is_that_of_the_text_or_none() -> None:
    assert [language_of(it) for it in (GERMAN, ENGLISH)] == ["de", "en"]
    for other in (
        "Le réseau a reçu le label d'or, et tous ses membres se réjouissent de cette bonne nouvelle pour la région.",
        "Het netwerk heeft het gouden label ontvangen en de leden zijn erg blij met dit nieuws voor onze regio.",
        "Sieć otrzymała złoty certyfikat, a jej członkowie bardzo cieszą się z tej wiadomości dla całego regionu.",
        "1 2 3",
    ):
        assert language_of(other) is None


def test_a_person_is_told_of_other_languages_and_of_several_releases(tmp_path: Path) -> None:
    french = "Le réseau a reçu le label d'or, et ses membres se réjouissent de cette bonne nouvelle."
    (tmp_path / "a.txt").write_text(french, encoding="utf-8")
    assert "none of the languages" in run(tmp_path, "new", str(tmp_path / "a.txt"), "--name", "a").stderr
    two = f"Pressemitteilung 1\n\n{GERMAN}\n\nPressemitteilung 2\n\n{GERMAN}\n"
    (tmp_path / "b.txt").write_text(two, encoding="utf-8")
    assert "several releases" in run(tmp_path, "new", str(tmp_path / "b.txt"), "--name", "b").stderr
    (tmp_path / "c.txt").write_text(f"Pressemitteilung\n\n{GERMAN}\n", encoding="utf-8")
    assert "warning" not in run(tmp_path, "new", str(tmp_path / "c.txt"), "--name", "c").stderr


def test_files_are_named_after_day_and_headline_and_never_overwritten(tmp_path: Path) -> None:
    text = f"Pressemitteilung\nKiel, 15. Januar 2026\n\nGold für Küstenlicht\n\n{GERMAN}\n"
    first = run(tmp_path, "new", "-", stdin=text.encode())
    assert first.exit_code == 0, first.output
    path = tmp_path / "data/releases/gold-fuer-kuestenlicht.yaml"
    # a day that only the text names is for a person to take over
    assert "# datePublished: 2026-01-15" in path.read_text(encoding="utf-8")
    path.write_text("mine")
    again = run(tmp_path, "new", "-", stdin=text.encode())
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert path.read_text() == "mine"
    assert run(tmp_path, "new", str(tmp_path / "none.txt")).exit_code == 2


def test_a_begun_file_takes_evidence_in_words_and_builds(tmp_path: Path) -> None:
    begun(tmp_path, PAGE.encode(), "page.html")
    path = tmp_path / "data/releases/x.yaml"
    fact = "\n  - { id: agent/k, type: ClusterOrganisation, name: Küstenlicht, evidence: 'Netzwerk \"Küstenlicht\"' }\n"
    path.write_text(path.read_text(encoding="utf-8").replace("facts: []\n", f"facts:{fact}"), encoding="utf-8")
    result = run(tmp_path, "build")
    assert result.exit_code == 0, result.output


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=iso-8859-1")
        self.end_headers()
        self.wfile.write(PAGE.replace("„", '"').replace("“", '"').encode("iso-8859-1"))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/news/1"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_address_is_fetched_within_the_limits_of_extract(tmp_path: Path, address: str) -> None:
    refused = run(tmp_path, "new", address)
    assert refused.exit_code == 2
    assert "not an address of the public internet" in refused.stderr
    result = run(tmp_path, "new", address, "--allow-private")
    assert result.exit_code == 0, result.output
    path = tmp_path / "data/releases/2026-01-15-gold-fuer-kuestenlicht.yaml"
    source = yaml.safe_load(path.read_text(encoding="utf-8"))["source"]
    assert source["url"] == address
    assert "Küstenlicht" in (tmp_path / "data/texts/2026-01-15-gold-fuer-kuestenlicht.txt").read_text(encoding="utf-8")
