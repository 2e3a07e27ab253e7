"""SHACL: the shapes of a profile, guarded and named; the engines that run them; results read from their reports."""
