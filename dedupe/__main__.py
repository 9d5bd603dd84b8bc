"""`python -m dedupe`."""

from dedupe.cli import run

if __name__ == "__main__":
    run()
