"""Run pressgraph: the program `pressgraph`, and `python -m pressgraph`."""

from pressgraph import interrupts


def run() -> None:
    """Run the command line and end the process with its exit status."""
    # before what takes longest, the imports
    interrupts.end_at_once()
    from pressgraph import cli

    cli.run()


# processes that help to convert import this module again
if __name__ == "__main__":
    run()
