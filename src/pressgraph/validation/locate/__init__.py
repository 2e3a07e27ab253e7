"""Places: where in facts files and RDF files a result stands."""
