"""DOCX: the paragraphs and tables of a document, in their order."""

from __future__ import annotations

import io
import zipfile

from pressgraph.drafting.release import ReleaseText, clean, one_line
from pressgraph.errors import DataError
from pressgraph.extras import extra
from pressgraph.i18n import gettext

_MOST_UNPACKED = 100 * 1024 * 1024


def read_docx(data: bytes, name: str) -> ReleaseText:
    """Read the text of a DOCX.

    Raises DataError for what is none, or too large when it is unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise DataError(gettext("{name}: the document cannot be opened: {reason}", name=name, reason=error)) from error
    if "word/document.xml" not in {part.filename for part in parts}:
        raise DataError(
            gettext("{name}: this is no DOCX", name=name), hint=gettext("save it as .docx, .pdf or plain text")
        )
    if sum(part.file_size for part in parts) > _MOST_UNPACKED:
        limit = _MOST_UNPACKED // 1024**2
        raise DataError(gettext("{name}: unpacked, it is larger than {limit} MiB", name=name, limit=limit))
    with extra("draft"):
        import docx
        from docx.table import Table
    try:
        document = docx.Document(io.BytesIO(data))
        blocks: list[str] = []
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                blocks += ["\t".join(cell.text for cell in row.cells) for row in block.rows]
            else:
                blocks.append(block.text)
        title = document.core_properties.title
    except Exception as error:
        # python-docx raises what its parts raise
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise DataError(gettext("{name}: the document cannot be opened: {reason}", name=name, reason=reason)) from error
    return ReleaseText(text=clean("\n".join(blocks)), title=one_line(title))
