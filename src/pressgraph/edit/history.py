"""The saves of one file in a session: what can be undone, and made again."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class History:
    """The saves of one file, as pairs of its bytes before and after; the first `done` of them are in it."""

    first: bytes
    """The file as the session met it."""
    steps: list[tuple[bytes, bytes]] = field(default_factory=list)
    done: int = 0

    def note(self, before: bytes, after: bytes) -> None:
        """Note a save; what was undone cannot be made again after it."""
        del self.steps[self.done :]
        self.steps.append((before, after))
        self.done += 1

    def step(self, *, back: bool) -> tuple[bytes, bytes] | None:
        """Return what the file must be for the next step, and what it becomes; None where there is none."""
        number = self.done - 1 if back else self.done
        if not 0 <= number < len(self.steps):
            return None
        before, after = self.steps[number]
        return (after, before) if back else (before, after)

    def stepped(self, *, back: bool) -> None:
        """Note that a step was made."""
        self.done += -1 if back else 1
