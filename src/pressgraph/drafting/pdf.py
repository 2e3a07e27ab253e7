"""PDF: the text of its pages."""

from __future__ import annotations

import re

from pressgraph.drafting.release import ReleaseText, clean, one_line
from pressgraph.errors import DataError
from pressgraph.extras import extra
from pressgraph.i18n import gettext

_MOST_PAGES = 200
# what pdfium writes for a hyphen at the end of a line, where a word goes on; before a capital the hyphen is part of it
_BROKEN = re.compile("[\ufffe\x02](?:\r?\n)?(?P<capital>(?=[A-ZÄÖÜ]))?")
# what programs write where nobody has given a title: the name of the file
_FILE_NAME = re.compile(
    r"(?:microsoft word - )?\S.*\.(?:docx?|odt|rtf|html?|pdf|indd|pages|txt)|untitled|unbenannt", re.IGNORECASE
)


def read_pdf(data: bytes, name: str) -> ReleaseText:
    """Read the text of a PDF's pages.

    Raises DataError for one that cannot be opened, has too many pages, or consists of pictures.
    """
    with extra("draft"):
        import pypdfium2
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise DataError(gettext("{name}: the PDF cannot be opened: {reason}", name=name, reason=error)) from error
    try:
        if len(document) > _MOST_PAGES:
            raise DataError(gettext("{name}: the PDF has more than {limit} pages", name=name, limit=_MOST_PAGES))
        pages = []
        for number in range(len(document)):
            page = document[number]
            words = page.get_textpage()
            pages.append(clean(_BROKEN.sub(_hyphen, words.get_text_bounded())).strip())
            words.close()
            page.close()
        title = document.get_metadata_dict().get("Title")
    finally:
        document.close()
    text = "\n\n".join(filter(None, pages))
    if not text:
        raise DataError(
            gettext("{name}: the PDF has no text, only pictures of it", name=name),
            hint=gettext("ask for the text, or have a program recognise it (OCR)"),
        )
    title = one_line(title)
    return ReleaseText(text=text, title=None if title is None or _FILE_NAME.fullmatch(title) else title)


def _hyphen(broken: re.Match[str]) -> str:
    return "-" if broken["capital"] is not None else ""
