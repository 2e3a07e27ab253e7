"""Check receipts: what a document says of a fact rather than of its thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressgraph.facts.model import Allowance, Receipt
from pressgraph.facts.rules import phrase
from pressgraph.facts.tree import Mapping, Node, Scalar, Sequence
from pressgraph.rdf import STATUSES, XSD
from pressgraph.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressgraph.facts.check.context import CheckContext
    from pressgraph.facts.check.evidence import EvidenceChecker


class ReceiptChecker:
    """Check the receipts of one document."""

    def __init__(self, context: CheckContext, evidence: EvidenceChecker) -> None:
        self.context = context
        self.evidence = evidence

    def receipt(self, node: Mapping) -> Receipt:
        """Return a fact's receipt."""
        status = self.context.scalar_text(node, "status")
        if status is not None and status not in STATUSES:
            self.context.report(
                "unknown-status",
                self.context.place_at(node, "status"),
                hint=did_you_mean(status, STATUSES, otherwise=phrase("known: {words}", words=", ".join(STATUSES))),
                status=status,
            )
        reviewed_by, reviewed_on = self.review(node)
        evidence, written = self.evidence.evidence(node.get("evidence"))
        return Receipt(
            status=status or "stated",
            evidence=evidence,
            written=written,
            personal=self.boolean(node, "personal"),
            proposed_by=self.context.scalar_text(node, "proposedBy"),
            reviewed_by=reviewed_by,
            reviewed_on=reviewed_on,
        )

    @staticmethod
    def is_proposal(node: Node) -> bool:
        """Tell whether a fact is a program's proposal that nobody has reviewed."""
        return isinstance(node, Mapping) and node.get("proposedBy") is not None and node.get("reviewedBy") is None

    def review(self, node: Mapping) -> tuple[str | None, str | None]:
        """Return who reviewed a fact or a source, and when."""
        reviewed_by: str | None = None
        reviewer = node.get("reviewedBy")
        if self.context.scalar_text(node, "reviewedBy") is not None and isinstance(reviewer, Scalar):
            place = self.context.place(reviewer)
            reviewed_by = self.context.good_id(reviewer, place)
            if reviewed_by is not None:
                self.context.reference(reviewed_by, place)
        reviewed_on = self.context.scalar_text(node, "reviewedOn")
        if reviewed_on is not None:
            self.context.lexical(f"{XSD}date", reviewed_on, self.context.place_at(node, "reviewedOn"))
        return reviewed_by, reviewed_on

    def boolean(self, node: Mapping, key: str) -> bool:
        """Return a truth value; report what is none."""
        text = self.context.scalar_text(node, key)
        if text is not None and text not in {"true", "false"}:
            self.context.report("not-boolean", self.context.place_at(node, key), key=key, value=text)
        return text == "true"

    def allowances(self, node: Mapping) -> Iterator[Allowance]:
        """Yield the checks that a fact may fail, with the reasons."""
        value = node.get("allow")
        if value is None:
            return
        items = value.items if isinstance(value, Sequence) else []
        if not items:
            self.context.report("bad-allow", self.context.place(value))
        for item in items:
            if isinstance(item, Mapping):
                for rule, reason in item.items:
                    if isinstance(reason, Scalar) and reason.text.strip():
                        yield Allowance(rule=rule.text, reason=reason.text, place=self.context.place(rule))
                    else:
                        self.context.report("bad-allow", self.context.place(reason))
            else:
                self.context.report("bad-allow", self.context.place(item))
