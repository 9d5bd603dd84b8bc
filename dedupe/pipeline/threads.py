"""The threads of a run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from dedupe import memory

P = ParamSpec("P")
R = TypeVar("R")


def threads(jobs: int) -> int:
    """Number of threads: as asked, or one for each core that this process may use."""
    if jobs > 0:
        return jobs
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Workers(ThreadPoolExecutor):
    """Threads that look before each task whether nearly all of the limit is held."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        return super().submit(_after_a_look, fn, *args, **kwargs)


def _after_a_look(task: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    memory.give_back(memory.NEARLY_ALL)
    return task(*args, **kwargs)


@contextmanager
def workers(count: int) -> Iterator[Executor]:
    """Some threads; what they have not begun is dropped when something goes wrong."""
    pool = _Workers(count)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
