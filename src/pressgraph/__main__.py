"""Run pressgraph as a module: `python -m pressgraph`."""

from pressgraph.cli import run

# processes that help to convert import this module again
if __name__ == "__main__":
    run()
