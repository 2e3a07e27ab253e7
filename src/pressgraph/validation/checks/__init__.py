"""Checks beside SHACL: queries, comparisons of things, keys of no class of a thing, terms that no ontology has."""
