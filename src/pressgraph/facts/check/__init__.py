"""Check a tree of facts against the profile, and normalise it.

One pass over the tree finds every mistake and makes the body of every fact that has none. What is found here is what
the facts rules say (`rules.py`); what the shapes say is SHACL's.
"""

from pressgraph.facts.check.document import check_facts

__all__ = ["check_facts"]
