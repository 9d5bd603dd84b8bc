"""Time one process from its start to its exit; run as a script by `benchmarks.harness`.

It is a process of its own and imports almost nothing, because Linux counts the memory of the
process that starts another into the peak of the started one: under a launcher of 10 MB the peak
of anything larger is right.

Arguments: the file for its standard output, then the command. Standard output: one JSON array
`[exit code, wall s, user s, system s, peak resident bytes]`.
"""

import json
import os
import sys
import time

WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def main() -> None:
    """Start the command without input, wait, and print its account."""
    output, *command = sys.argv[1:]
    streams = [(os.devnull, os.O_RDONLY), (output, WRITE), (os.devnull, os.O_WRONLY)]
    actions = [
        (os.POSIX_SPAWN_OPEN, fd, path, flags, 0o666) for fd, (path, flags) in enumerate(streams)
    ]
    start = time.perf_counter()
    process = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    print(json.dumps([code, wall, usage.ru_utime, usage.ru_stime, usage.ru_maxrss * unit]))


if __name__ == "__main__":
    main()
