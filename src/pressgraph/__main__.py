"""Run pressgraph: the program `pressgraph`, and `python -m pressgraph`."""

import atexit
import gc

from pressgraph import interrupts

_NEW_OBJECTS = 50_000
"""How many objects are made before cycles among them are looked for."""


def run() -> None:
    """Run the command line and end the process with its exit status."""
    # before what takes longest, the imports
    interrupts.end_at_once()
    # what a command loads stays: to look for cycles in it again and again takes a tenth of the time of a short one
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    # and in the end they go with the process
    atexit.register(gc.freeze)
    from pressgraph import cli

    cli.run()


# processes that help to convert import this module again
if __name__ == "__main__":
    run()
