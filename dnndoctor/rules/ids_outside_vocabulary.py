"""Ids that have no place in the table that they are looked up in."""

from collections.abc import Iterable

from dnndoctor.evidence.column_scan import cell
from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule
from dnndoctor.where import data_where


class IdsOutsideVocabulary(Rule):
    """Inputs hold ids that an embedding or a one-hot code has no place for.

    What was looked at:
        The ids of all sampled rows as they arrive, after casts, slices and sums, at every `Embedding` and one-hot code of
        the model, against its number of places.

    Why it matters:
        On a CPU the lookup stops with an error, in whatever batch the id stands; on a GPU it silently gives zeros. A
        negative id counts from the end and takes another word's vector. A one-hot code is all zeros.

    What to do:
        Make the table as long as the largest id plus one, or map unknown ids to a place of their own. Ids that begin at 1
        need one place more than there are.

    When it is not a fault:
        A one-hot code that leaves out -1 on purpose, for unknown or masked entries: a note.

    References:
        TensorFlow API, `tf.gather` and `tf.one_hot`, on indices out of range. Keras API, Embedding (`input_dim`: largest
        index + 1).
    """

    code = "DD026"
    name = "ids-outside-vocabulary"
    causes = (Cause.BAD_VALUES,)
    covers = ("data: ids",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        for found in facts.data.scan.vocabularies:
            if found.first is None:
                continue
            masked = found.kind == "one_hot" and found.least >= -1 and found.largest < found.size
            mild = found.kind == "one_hot" or found.validation
            severity = Severity.NOTE if masked else Severity.WARNING if mild else Severity.ERROR
            layer = facts.layer(found.reader)
            title = (
                f"{found.array} holds ids from {found.least} to {found.largest}, and {found.reader} has places for 0 to "
                f"{found.size - 1}"
            )
            patch = (
                f"keras.layers.Embedding({max(found.largest + 1, found.size)}, ...)  # the largest id + 1"
                if found.kind == "Embedding"
                else f"keras.ops.one_hot(ids, {max(found.largest + 1, found.size)})"
            )
            yield Finding(
                self.code,
                self.name,
                Cause.BAD_VALUES,
                title,
                severity,
                0.1 if masked else 0.9,  # the lookup goes wrong by definition
                (Where(layer.path, layer.place),) if layer is not None else data_where(facts),
                (
                    Statement(
                        f"{found.outside:,} ids in {found.rows:,} rows have no place, the first at "
                        f"{cell(found.array, found.first)}",
                        "facts",
                        {"outside": float(found.outside), "rows": float(found.rows), "size": float(found.size)},
                    ),
                ),
                (Remedy("Make room for all ids", patch=patch),),
            )
