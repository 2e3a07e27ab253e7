"""Explanations: which alternative a value misses, what to do about a result, what a rule says."""
