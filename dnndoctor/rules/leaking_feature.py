"""A column that is the target."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where


class LeakingFeature(Rule):
    """A column of the inputs is the target under another name.

    What was looked at:
        Every column of tables: whether it has one value for each class, or is an exact multiple of the target, while most
        columns are not.

    Why it matters:
        The model learns to copy that column and nothing else. It shines in training and in validation, and fails where
        the answer is not known beforehand.

    What to do:
        Leave the column out, and look for others that were made from the target or after it.

    When it is not a fault:
        Lists of a few cases, such as truth tables, and an autoencoder, whose targets are its inputs, are left out.

    References:
        S. Kaufman et al., "Leakage in data mining" (2012).
    """

    code = "DD024"
    name = "leaking-feature"
    causes = (Cause.LEAKAGE,)
    covers = ("data: leaking feature",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        for found in evidence.facts.data.scan.telling:
            more = f" and {found.others} more" if found.others else ""
            yield Finding(
                self.code,
                self.name,
                Cause.LEAKAGE,
                f"{found.array}[:, {found.column}] gives the target of {found.output} away",
                Severity.WARNING,
                0.65,  # exact in every row, which nature is not; toy tasks that ask for a copy are the rest
                data_where(evidence.facts),
                (
                    Statement(
                        f"{found.array}[:, {found.column}]{more}, of {found.columns} columns, {found.how} in every row "
                        "that was compared",
                        "facts",
                        {"column": float(found.column), "others": float(found.others)},
                    ),
                ),
                (Remedy("Leave the column out", patch=f"{found.array} = np.delete({found.array}, {found.column}, axis=1)"),),
            )
