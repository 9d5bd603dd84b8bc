"""`python -m dedupe`."""

import gc

gc.disable()  # imports make objects by the thousand, and no garbage: 2 ms

from dedupe.cli import run  # noqa: E402

if __name__ == "__main__":
    run()
