"""Run pressgraph as a module: `python -m pressgraph`."""

from pressgraph.cli import run

run()
