"""Rules: one judgement a file. A rule is a pure function of what was seen; it never runs anything and leans on no other rule."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

from dnndoctor.experiments import Evidence, Experiment
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut


class Rule(ABC):
    """One judgement. Its docstring is its manual page, with the headings that `dnndoctor explain` shows.

    Attributes:
        code: "DD" and three digits: 0 data, 1 architecture, 2 loss, 3 initialisation, 4 optimisation, 5 symptoms.
        name: The fault, in kebab case ("learning-rate-too-high").
        causes: The causes that its findings may name.
        needs: The experiments it reads; empty where facts are enough. It is asked only when all of them were observed.
        covers: Ids of the lines of `dnndoctor.catalogue` that it examines.
        rung: Name of the experiment whose state on the ladder its findings decide; "facts" where facts are enough.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    causes: ClassVar[tuple[Cause, ...]]
    needs: ClassVar[tuple[type[Experiment[Any]], ...]] = ()
    rung: ClassVar[str] = "facts"
    covers: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """What this evidence says of the fault.

        Args:
            evidence: Everything that was seen; `needs` are all there.

        Returns:
            Findings; or what speaks against the cause; or what could not be seen; or nothing.
        """
