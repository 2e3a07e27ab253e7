"""Serve: a SPARQL endpoint and linked data. The server never evaluates a query; worker processes do.

The package imports nothing by itself: worker processes start from here, and they start often.
"""
