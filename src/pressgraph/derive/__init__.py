"""Derive: what follows from the facts by the profile's axioms and rules, and what each conclusion rests on."""

from pressgraph.derive.corrections import Corrections
from pressgraph.derive.derivation import Conclusions, Derivation, Level, derive
from pressgraph.derive.rules import Rules, load_rules

__all__ = ["Conclusions", "Corrections", "Derivation", "Level", "Rules", "derive", "load_rules"]
