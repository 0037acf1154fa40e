"""Trials side by side: a host thread for each core, the longest trial first, variables lent to one trial at a time.

Where jobs come from a generator, the first begin while others are still being prepared.
"""

import threading
from bisect import insort
from collections.abc import Callable, Iterable
from typing import Any

from dnndoctor.subject.engine.job import Job
from dnndoctor.subject.engine.state import Replica

Work = Callable[[Job, Replica | None], None]


class Pool:
    """Runs jobs on the replicas of their structures."""

    def __init__(self, jobs: Iterable[tuple[Job, float]], threads: int, work: Work) -> None:
        """Begins nothing yet.

        Args:
            jobs: Each with how long it will take, in any unit. Preparing one may train on the model's own variables.
            threads: Most jobs at a time.
            work: Runs one job and deals with everything that may go wrong in it.
        """
        self._jobs = jobs
        self._waiting: list[tuple[Job, float]] = []
        self._preparing = True
        self._threads = threads
        self._work = work
        self._changed = threading.Condition()
        self._lent: dict[int, list[Any]] = {}
        self._broken: list[BaseException] = []

    def run(self) -> None:
        """Prepares all jobs in this thread while others run those that are ready; returns when the last has ended.

        Raises:
            BaseException: What `work` or the making of jobs raised, which they should not.
        """
        others = [
            threading.Thread(target=self._serve, daemon=True, name=f"trials-{number}") for number in range(1, self._threads)
        ]
        for thread in others:
            thread.start()
        try:
            for entry in self._jobs:
                with self._changed:
                    insort(self._waiting, entry, key=lambda waiting: -waiting[1])
                    self._changed.notify_all()
                if self._broken:
                    break
        except BaseException as error:  # raised below, once no thread is left
            self._broken.append(error)
        with self._changed:
            self._preparing = False
            self._changed.notify_all()
        self._serve()
        for thread in others:
            thread.join()
        if self._broken:
            raise self._broken[0]

    def _serve(self) -> None:
        while True:
            with self._changed:
                found = self._next()
                while found is None and (self._waiting or self._preparing) and not self._broken:
                    self._changed.wait()
                    found = self._next()
                if found is None or self._broken:
                    return
            job, replica = found
            try:
                self._work(job, replica)
            except BaseException as error:  # handed to the thread that called `run`
                with self._changed:
                    self._broken.append(error)
            finally:
                with self._changed:
                    self._lent[id(job.structure)].remove(replica)
                    self._changed.notify_all()

    def _next(self) -> tuple[Job, Replica | None] | None:
        """Takes the first waiting job whose structure has variables to lend."""
        for entry in self._waiting:
            job = entry[0]
            lent = self._lent.setdefault(id(job.structure), [])
            # Callbacks act on the model itself, whatever cannot be swapped has only the model; the others leave it to those.
            wanted = [None] if job.trial.callbacks or job.way.name != "loop" else job.structure.replicas[::-1]
            # Until all is prepared the models' own variables are for tracing and checking.
            free = [replica for replica in wanted if replica not in lent and not (replica is None and self._preparing)]
            if free:
                self._waiting.remove(entry)
                lent.append(free[0])
                return job, free[0]
        return None
