"""The SPARQL endpoint and the graph store."""
