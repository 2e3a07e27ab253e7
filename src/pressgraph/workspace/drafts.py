"""What a workspace does with texts: draft the facts that they say."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pressgraph.workspace.opened import Opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from pressgraph.drafting import ReleaseText
    from pressgraph.drafting.draft import Drafted, Proposer
    from pressgraph.drafting.known import KnownNames
    from pressgraph.drafting.models import Request
    from pressgraph.drafting.proposal import Proposal

RULES = "rules"
_REVIEWERS = Path("data", "reviewers.yaml")


class Drafts(Opened):
    """The methods about drafts."""

    def read_document(self, document: str, *, allow_private: bool = False) -> ReleaseText:
        """Read the text of a document: a file, an http(s) address, or `-` for stdin.

        Raises DataError for what has no text, PressgraphError for what cannot be read.
        """
        from pressgraph.drafting import read_document

        return read_document(document, allow_private=allow_private)

    def draft(
        self,
        document: str | ReleaseText,
        *,
        propose: str = RULES,
        name: str | None = None,
        output: str | Path | None = None,
        offsets: bool = False,
        contacts: bool = False,
        allow_private: bool = False,
        told: Callable[[Request], object] = lambda _: None,
    ) -> Drafted:
        """Draft the facts of a document; nothing is written before `Drafted.write`.

        `propose` is `rules`, or a model that the user has set up; `told` hears of each request before it is sent, and
        `contacts` sends those to contact, too. `output` is the facts file, by default `data/releases/NAME.yaml`;
        `offsets` writes evidence so, not in words.

        Raises DataError for what has no text, FactsError for a facts file with mistakes that is there already,
        EndpointError where a model does not answer, PressgraphError for a name that is taken.
        """
        from pressgraph.drafting.draft import Options, draft

        release = self.read_document(document, allow_private=allow_private) if isinstance(document, str) else document
        options = Options(name=name, output=Path(output) if output is not None else None, offsets=offsets)
        proposer = self._proposer(propose, contacts=contacts, told=told)
        return draft(release, self.project, self.profile, proposer, known=self.known, options=options)

    def has_draft(self, document: str | ReleaseText) -> Path | None:
        """Return the facts file of the draft that a text has under `data/`, None where it has none."""
        from pressgraph.drafting.begin import beginning

        release = self.read_document(document) if isinstance(document, str) else document
        path = self.project.root / "data" / "releases" / f"{beginning(release).name}.yaml"
        return path if path.is_file() else None

    def model_request(self, document: str | ReleaseText, model: str, *, contacts: bool = False) -> Request:
        """Return what would be sent to a model that the user has set up; nothing is.

        Raises PressgraphError for a model that is not set up, DataError for a text that is too long.
        """
        from pressgraph.drafting.models import request
        from pressgraph.drafting.settings import user_settings

        release = self.read_document(document) if isinstance(document, str) else document
        return request(user_settings().model(model), release.text, self.profile, contacts=contacts)

    @cached_property
    def known(self) -> KnownNames:
        """The things that the project and the profile know by name."""
        from pressgraph.drafting.known_things import known_of

        return known_of(self.project, self.profile)

    def reviewer(self) -> str | None:
        """Return the id of who reviews, as the user's configuration has it.

        Raises PressgraphError for what is wrong in it.
        """
        from pressgraph.drafting.settings import user_settings

        return user_settings().reviewer

    def is_described(self, name: str) -> bool:
        """Tell whether the project says who or what an id stands for."""
        from pressgraph.facts import read_facts

        own = self.project.root / _REVIEWERS
        if own.is_file() and name in read_facts(own, self.profile, id_base=self.project.id_base).described:
            return True
        return any(it.id == name for it in self.known.things)

    def name_reviewer(self, name: str, reviewer: str | None = None) -> str:
        """Describe who reviews, in `data/reviewers.yaml`, and remember them in the user's configuration; return the id.

        Raises DataError for a file that cannot be edited, OSError.
        """
        from pressgraph.drafting.settings import remember_reviewer, user_settings
        from pressgraph.edit.review import add_reviewer
        from pressgraph.facts.ids import slug

        reviewer = reviewer or f"agent/{slug(name)}"
        if not self.is_described(reviewer):
            add_reviewer(self.project.root / _REVIEWERS, reviewer, name)
        if user_settings().reviewer is None:
            remember_reviewer(reviewer)
        return reviewer

    def _proposer(self, name: str, *, contacts: bool, told: Callable[[Request], object]) -> Proposer:
        if name == RULES:
            from pressgraph.drafting.patterns.propose import propose

            return propose
        from pressgraph.drafting.models import ask, request
        from pressgraph.drafting.settings import user_settings

        model = user_settings().model(name)

        def asked(text: str, _language: str | None, _known: KnownNames) -> Proposal:
            prepared = request(model, text, self.profile, contacts=contacts)
            told(prepared)
            return ask(prepared)

        return asked
