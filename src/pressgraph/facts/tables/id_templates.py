"""Templates of ids: texts with `{column}` in them, which fill in what cells leave out."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pressgraph.facts.ids import slug
from pressgraph.facts.rules import problem
from pressgraph.facts.tables.sheet import Cell, SheetRows, cell_text
from pressgraph.spelling import composed

if TYPE_CHECKING:
    from collections.abc import Sequence

_ID = re.compile(r"[A-Za-z0-9_~.-]+(?:/[A-Za-z0-9_~.-]+)+")


@dataclass(slots=True, kw_only=True)
class IdTemplate:
    """A text with `{column}` in it, and the slugs that it has made."""

    text: str
    index: int
    """The cell that it fills."""
    parts: list[tuple[str, int]]
    """Each placeholder with its column; `{n}` has -1."""
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    made: dict[str, tuple[tuple[str, ...], int]] = field(default_factory=dict)

    def render(self, number: int, row: Sequence[Cell], sheet: SheetRows) -> str | None:
        """Return the text with the cells of a row in place of its columns; None where that fails, which is reported."""
        raw: list[str] = []
        rendered = self.text
        for name, index in self.parts:
            if index < 0:
                continue
            text = cell_text(row[index])
            if text is None:
                place = sheet.place(number, index + 1)
                sheet.problems.append(problem("template-gap", place, template=self.text, name=name))
                return None
            raw.append(composed(text))
            # of an id, its last segment
            short = text.rpartition("/")[2] if _ID.fullmatch(text) else text
            rendered = rendered.replace(f"{{{name}}}", slug(short))
        values = tuple(raw)
        values_before, row_of = self.made.setdefault(rendered, (values, number))
        if values_before != values:
            other = " / ".join(values_before)
            index = next(index for _, index in self.parts if index >= 0)
            sheet.problems.append(
                problem(
                    "slug-collision",
                    sheet.place(number, index + 1),
                    value=" / ".join(raw),
                    other=other,
                    line=row_of,
                    id=rendered,
                )
            )
            return None
        self.counts[rendered] += 1
        return rendered.replace("{n}", str(self.counts[rendered]))
