"""Remote: other people's SPARQL endpoints and stores, asked and written to over HTTP."""
