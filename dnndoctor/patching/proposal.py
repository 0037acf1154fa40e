"""From edits to diffs of the user's files, and to snippets where no diff can be made for certain."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from dnndoctor.config.schema import LoadedConfig
from dnndoctor.edits import edit_kind
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.place import Place
from dnndoctor.evidence.trial import Edit
from dnndoctor.patching import fit, layers, optimizer
from dnndoctor.patching.draft import Draft, FileChange, NotLocatedError
from dnndoctor.patching.loss import loss
from dnndoctor.patching.places import places

Writer: TypeAlias = Callable[[Draft, Edit, Facts], None]
"""Writes an edit into a draft, or raises `NotLocatedError`; the draft is then thrown away."""

_WRITERS: Mapping[str, Writer] = {
    "add_biases": layers.add_biases,
    "augmentation_off": layers.augmentation_off,
    "batch_norm_momentum": layers.batch_norm_momentum,
    "batch_norm_off": layers.batch_norm_off,
    "batch_size": fit.batch_size,
    "class_weights": fit.class_weights,
    "constant_rate": optimizer.constant_rate,
    "dropout_off": layers.dropout_off,
    "epochs": fit.epochs,
    "gradient_clipping": optimizer.gradient_clipping,
    "gradient_clipping_off": optimizer.gradient_clipping_off,
    "hidden_activation": layers.hidden_activation,
    "learning_rate": optimizer.learning_rate,
    "loss": loss,
    "normalization_off": layers.normalization_off,
    "optimizer": optimizer.optimizer,
    "output_activation": layers.output_activation,
    "permute_for_reshape": layers.permute_for_reshape,
    "regularization_off": layers.regularization_off,
    "shuffle": fit.shuffle,
    "stretched_schedule": optimizer.stretched_schedule,
    "two_phases": optimizer.two_phases,
    "unfreeze": layers.unfreeze,
    "value_clipping_off": layers.value_clipping_off,
    "variance_scaled_init": layers.variance_scaled_init,
    "weight_constraints_off": layers.weight_constraints_off,
    "weight_decay_off": optimizer.weight_decay_off,
    "width": layers.width,
}
"""By the name of the edit. Edits of the data are not among them: where in a function values are final, only its author knows."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """An edit that no diff holds.

    Attributes:
        snippet: The lines that a person would write.
        places: Where; empty where that is not known.
        why: Why there is no diff, as a clause.
    """

    snippet: str
    places: tuple[Place, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to change in the user's files.

    Attributes:
        changes: By file.
        by_hand: What is left to the person.
    """

    changes: tuple[FileChange, ...] = ()
    by_hand: tuple[ByHand, ...] = ()

    def diff(self, context: int = 3) -> str:
        """All changes as one text that `git apply` and `patch -p1` take in the config's folder; empty where there are none.

        Args:
            context: Unchanged lines around a change.
        """
        return "".join(change.diff(context) for change in self.changes)


def propose(edits: Sequence[Edit], facts: Facts, loaded: LoadedConfig) -> Proposal:
    """Finds the text of edits in the user's files; each edit wholly, or not at all.

    Args:
        edits: In order, each upon what the ones before it left.
        facts: Of the subject as the user has it.
        loaded: The config that was run; files are read below its folder, and none is written.
    """
    draft = Draft(loaded)
    by_hand = []
    for edit in edits:
        kind = edit_kind(edit.name)
        attempt = draft.copy()
        try:
            _writer(edit)(attempt, edit, facts)
            if list(attempt.changes()) == list(draft.changes()):
                raise NotLocatedError("nothing of it is written in your files")
            draft = attempt
        except NotLocatedError as obstacle:
            by_hand.append(ByHand(kind.patch(edit, facts), places(edit, facts), str(obstacle)))
        facts = kind.afterwards(edit, facts)
    return Proposal(tuple(draft.changes()), tuple(by_hand))


def _writer(edit: Edit) -> Writer:
    if edit.name not in _WRITERS:
        raise NotLocatedError("only you know where it belongs")
    return _WRITERS[edit.name]
