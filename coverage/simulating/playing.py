"""Replications of every outcome played one after another, or shared among processes."""

from __future__ import annotations

import copyreg
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from coverage.simulating.calls import draw_calls
from coverage.simulating.engine import play

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from coverage.simulating.stage import Stage
    from coverage.simulation import Played

_WORTH_S = 6.0
"""Seconds of work from which other processes are worth their start."""

_stages: tuple[Stage, ...] = ()  # of a process that plays for another; set once, as it starts


def play_all(
    stages: Sequence[Stage],
    replications: int,
    *,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> list[list[Played]]:
    """
    Play every replication of every outcome.

    Each replication has its own random numbers, whoever plays it, so that the figures do not depend on the
    number of processes.

    Parameters
    ----------
    stages
        Every outcome; the first draws the calls.
    replications
        How often each is played.
    jobs
        How many processes share the work.
    progress
        Is told how many of how many are played.

    Returns
    -------
    list of list of Played
        By outcome, then by replication.
    """
    tasks = list(product(range(replications), range(len(stages))))
    played: list[list[Played]] = [[] for _ in stages]
    for done, ((_, i), found) in enumerate(zip(tasks, _play(stages, tasks, jobs), strict=True), start=1):
        played[i].append(found)
        if progress is not None:
            progress(done, len(tasks))
    return played


def _play(stages: Sequence[Stage], tasks: list[tuple[int, int]], jobs: int) -> Iterator[Played]:
    """Give what is played, in the order of the tasks."""
    started_s = perf_counter()
    yield _play_one(tasks[0], stages)
    tasks = tasks[1:]
    if min(jobs, len(tasks)) <= 1 or (perf_counter() - started_s) * len(tasks) < _WORTH_S:
        for task in tasks:
            yield _play_one(task, stages)
        return
    # a fresh process is the only kind that every system has, and that no thread of ours can hang
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(jobs, len(tasks)), mp_context=context, initializer=_begin, initargs=(tuple(stages),)
    ) as pool:
        yield from pool.map(_play_mine, tasks)


def _begin(stages: tuple[Stage, ...]) -> None:
    global _stages  # noqa: PLW0603 - a process has no other place for what it is started with
    _stages = stages


def _play_mine(task: tuple[int, int]) -> Played:
    return _play_one(task, _stages)


def _play_one(task: tuple[int, int], stages: Sequence[Stage]) -> Played:
    replication, i = task
    return play(stages[i], draw_calls(stages[0], replication))


def _copy_of(table: dict[object, object]) -> MappingProxyType[object, object]:
    return MappingProxyType(table)


# tables that nobody can change travel to another process as what they hold
copyreg.pickle(MappingProxyType, lambda table: (_copy_of, (dict(table),)))
