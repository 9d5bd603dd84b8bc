"""Time one process from its start to its exit; run as a script by `benchmarks.speed`.

It is a process of its own and imports almost nothing, because Linux counts the memory of the
process that starts another into the peak of the started one: under a launcher of 10 MB the peak
of anything larger is right.

Arguments: the command. Standard output: one JSON array `[exit code, wall s, user s, system s,
peak resident bytes]`.
"""

import json
import os
import sys
import time

STREAMS = ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY))


def main() -> None:
    """Start the command without input or output, wait, and print its account."""
    command = sys.argv[1:]
    null = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, flags, 0) for fd, flags in STREAMS]
    start = time.perf_counter()
    process = os.posix_spawn(command[0], command, os.environ, file_actions=null)
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    print(json.dumps([code, wall, usage.ru_utime, usage.ru_stime, usage.ru_maxrss * unit]))


if __name__ == "__main__":
    main()
