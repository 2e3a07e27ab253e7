"""Check quantities: figures and amounts of money that a scalar says, and the numbers in their nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.facts.figures import figures_of
from pressgraph.facts.mixed import looks_like_id
from pressgraph.facts.quantities import read_number
from pressgraph.facts.rules import phrase

if TYPE_CHECKING:
    from pressgraph.errors import Place
    from pressgraph.facts.check.context import CheckContext
    from pressgraph.facts.model import Body, Path
    from pressgraph.facts.tree import Mapping, Scalar
    from pressgraph.profile.model import Key


class QuantityChecker:
    """Check the quantities of one document."""

    def __init__(self, context: CheckContext) -> None:
        self.context = context
        self.figures = figures_of(context.profile)

    def node(self, key: Key, value: Scalar, place: Place) -> Body | None:
        """Return the figure, or the amount of money, that a scalar says; it has no id yet."""
        quantity = self.figures.read(value.text)
        if quantity is None:
            hint = self.figures.hint(value.text)
            other = self.context.profile.key_of.get(key.singular or "")
            if other is not None and looks_like_id(value.text) and not value.text[:1].isdigit():
                hint = phrase(
                    "'{key}' says how many; the things themselves go under '{singular}'",
                    key=key.name,
                    singular=other.name,
                )
            self.context.report(
                "bad-literal",
                place,
                hint=hint,
                value=value.text,
                wanted=phrase("a number, or a number and how exact it is"),
            )
            return None
        return self.figures.completed(key, quantity)

    def number(
        self, key: Key, node: Mapping, value: Scalar, body: Body, path: Path, places: dict[Path, Place]
    ) -> list[object]:
        """Return the number that a scalar says, and add to the body what else it says as a quantity."""
        place = self.context.place(value)
        only = read_number(value.text)
        content = {key.name: [only]} if only is not None else None
        if content is None and self.figures.is_value(key):
            content = self.figures.read(value.text)
        if content is None:
            hint, wanted = self.figures.hint(value.text), phrase("a number, or a number and how exact it is")
            self.context.report("bad-literal", place, hint=hint, value=value.text, wanted=wanted)
            return []
        for word, values in content.items():
            if word != key.name and node.get(word) is not None:
                self.context.report("said-twice", place, value=value.text, key=word)
            elif word != key.name:
                body[word] = values
            places[(*path, word)] = places[(*path, word, 0)] = place
        return list(content.get(key.name, []))
