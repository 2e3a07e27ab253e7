"""What a page took of all that was read for it: more is read of what is near a thing than its page shows."""

from __future__ import annotations


class Notes:
    """Takes no notes; a site's does, to know which pages a change touches."""

    def said(self, subject: str, predicate: str | None = None) -> None:
        """Note that it was asked what is said of a thing, by a property or by any."""

    def holds(self, subject: str, predicate: str) -> None:
        """Note that it was asked what is said of a thing by a property, whoever says it."""

    def pointing(self, value: str, predicate: str | None = None) -> None:
        """Note that it was asked what points to a thing, by a property or by any."""

    def onward(self, subject: str) -> None:
        """Note that it was asked what is shown together with a thing."""

    def named(self, iri: str) -> None:
        """Note that it was asked what an IRI is called."""

    def receipt(self, graph: str) -> None:
        """Note that it was asked where a graph comes from."""

    def personal(self, source: str) -> None:
        """Note that it was asked how many facts of a source are withheld."""

    def examples(self, predicate: str) -> None:
        """Note that it was asked for the first statements that have a property."""


NO_NOTES = Notes()
