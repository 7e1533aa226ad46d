"""Sharing the work of a large load among processes, so that it uses more than one CPU.

The processes are there for one load. Whatever happens to them, the work is done: here, if need be.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, TypeAlias

from dynamic_alerting.config.worker import Worker, WorkerLost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

WORTH_SHARING: Final = 500  # items; starting a process takes as long as reading some hundred files
_BATCH: Final = 100  # items that a process takes at a time: some hundredths of a second's work
_MOST: Final = 8  # processes; what this one does for each item anyway does not get less with more of them

_LOGGER = logging.getLogger(__name__)

Batch: TypeAlias = "Sequence[Any]"


class Work(NamedTuple):
    """What is done with the items of a load.

    Attributes:
        prepare: a module's function, called once in every other process.
        arguments: its arguments.
        there: a module's function that makes results of a batch in another process.
        here: does the same in this one.
        take: gets each batch with its results, in this thread and in any order; and the other process that
            made them, None for this one.
    """

    prepare: Callable[..., None]
    arguments: tuple[Any, ...]
    there: Callable[[Batch], Any]
    here: Callable[[Batch], Any]
    take: Callable[[Batch, Any, Worker | None], None]


def usable_processors() -> int:
    """How many CPUs this process may run on; a quota of CPU time, as containers have, is not counted."""
    return len(os.sched_getaffinity(0))


class Crew:
    """This process and others, for one load.

    Args:
        processes: the most that work at a time, this one included; 0 for one on each usable CPU, at most 8.
        least: the fewest items that are shared.
        on_loss: told why another process does no more work.

    Attributes:
        holders: for each item, by name, that another process keeps: that process.
    """

    def __init__(
        self,
        processes: int = 0,
        *,
        least: int = WORTH_SHARING,
        on_loss: Callable[[str], None] | None = None,
    ) -> None:
        self._others = (processes or min(usable_processors(), _MOST)) - 1
        self._least = least
        self._on_loss = on_loss or _warn
        self._workers: list[Worker] = []
        self.holders: dict[str, Worker] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the other processes."""
        for worker in self._workers:
            worker.close()
        self._workers.clear()
        self.holders.clear()

    def is_worth(self, items: int) -> bool:
        """Whether so many items are worth sharing."""
        return self._others > 0 and items >= self._least

    def share(self, items: Sequence[Any], work: Work) -> None:
        """Do some work with all items, whichever process comes to them first."""
        self._start()
        batches = deque(_batches(items))
        self._work(work, dict.fromkeys(self._workers, batches), batches)

    def share_held(self, held: Mapping[Worker | None, Sequence[Any]], work: Work) -> None:
        """Do some work with items that other processes hold; this one, which holds all, helps out."""
        queues = {worker: deque(_batches(held.get(worker, ()))) for worker in self._workers}
        mine = [items for worker, items in held.items() if worker not in queues]
        self._work(work, queues, deque(batch for items in mine for batch in _batches(items)))

    def _start(self) -> None:
        while len(self._workers) < self._others:
            try:
                self._workers.append(Worker())
            except WorkerLost as loss:
                self._on_loss(f"another process cannot be started: {loss}")
                self._others = len(self._workers)

    def _work(self, work: Work, queues: Mapping[Worker, deque[Batch]], mine: deque[Batch]) -> None:
        arrived: deque[tuple[Batch, Any, Worker]] = deque()
        threads = [
            Thread(target=self._feed, args=(worker, queue, work, arrived), name="crew", daemon=True)
            for worker, queue in queues.items()
        ]
        all_queues = [mine, *queues.values()]
        try:
            for thread in threads:
                thread.start()
            self._work_here(work, all_queues, arrived)
        except BaseException:
            for queue in all_queues:
                queue.clear()
            raise
        finally:
            for thread in threads:
                if thread.ident is not None:
                    thread.join()
        self._work_here(work, all_queues, arrived)  # what a lost process left

    @staticmethod
    def _work_here(
        work: Work, queues: Sequence[deque[Batch]], arrived: deque[tuple[Batch, Any, Worker]]
    ) -> None:
        for queue in queues:
            while True:
                while arrived:
                    work.take(*arrived.popleft())
                try:
                    batch = queue.popleft()
                except IndexError:
                    break
                work.take(batch, work.here(batch), None)

    def _feed(
        self,
        worker: Worker,
        queue: deque[Batch],
        work: Work,
        arrived: deque[tuple[Batch, Any, Worker]],
    ) -> None:
        """Have one process work on what stands last in a queue, until the queue is empty or it is lost."""
        try:
            worker.call(work.prepare, *work.arguments)
            while queue:
                try:
                    batch = queue.pop()
                except IndexError:
                    return
                try:
                    arrived.append((batch, worker.call(work.there, batch), worker))
                except WorkerLost:
                    queue.append(batch)
                    raise
        except WorkerLost as loss:
            worker.close()
            self._workers.remove(worker)
            self._on_loss(f"another process does no more work: {loss}")


def _batches(items: Sequence[Any]) -> Iterator[Batch]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def _warn(reason: str) -> None:
    _LOGGER.warning("%s; what it was to do is done here", reason)
