"""Trials side by side: a host thread for each core, the longest trial first, variables lent to one trial at a time."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from dnndoctor.subject.engine.job import Job
from dnndoctor.subject.engine.state import Replica

Work = Callable[[Job, Replica | None], None]


class Pool:
    """Runs jobs on the replicas of their structures."""

    def __init__(self, jobs: Sequence[Job], lengths: Sequence[float], threads: int, work: Work) -> None:
        """Puts the longest first.

        Args:
            jobs: Ready to run.
            lengths: How long each will take, in any unit.
            threads: Most jobs at a time.
            work: Runs one job and deals with everything that may go wrong in it.
        """
        self._waiting = [job for _, job in sorted(zip(lengths, jobs, strict=True), key=lambda entry: -entry[0])]
        self._threads = min(threads, len(jobs))
        self._work = work
        self._changed = threading.Condition()
        self._lent: dict[int, list[Any]] = {}
        self._broken: list[BaseException] = []

    def run(self) -> None:
        """Runs all jobs; returns when the last has ended.

        Raises:
            BaseException: What `work` raised, which it should not.
        """
        others = [
            threading.Thread(target=self._serve, daemon=True, name=f"trials-{number}") for number in range(1, self._threads)
        ]
        for thread in others:
            thread.start()
        self._serve()
        for thread in others:
            thread.join()
        if self._broken:
            raise self._broken[0]

    def _serve(self) -> None:
        while True:
            with self._changed:
                found = self._next()
                while found is None and self._waiting and not self._broken:
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
        for job in self._waiting:
            lent = self._lent.setdefault(id(job.structure), [])
            # Callbacks act on the model itself, whatever cannot be swapped has only the model; the others leave it to those.
            wanted = [None] if job.trial.callbacks or job.way.name != "loop" else job.structure.replicas[::-1]
            free = [replica for replica in wanted if replica not in lent]
            if free:
                self._waiting.remove(job)
                lent.append(free[0])
                return job, free[0]
        return None
