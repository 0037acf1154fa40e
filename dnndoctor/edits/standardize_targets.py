"""Targets standardised."""

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class StandardizeTargets(EditKind):
    """Gives the numbers that the model is to predict mean 0 and standard deviation 1, by the training data's statistics."""

    name = "standardize_targets"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        arrays = [target.array for target in facts.data.targets if target.task == "regression"]
        was = f" (they are {arrays[0].minimum:.3g} to {arrays[0].maximum:.3g})" if len(arrays) == 1 else ""
        return f"standardise the targets to mean 0 and standard deviation 1{was}"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        names = [target.array.name for target in facts.data.targets if target.task == "regression"] or ["y"]
        return "\n".join(
            line
            for name in names
            for line in (
                f"mean, std = {name}.mean(axis=0), ({name} - {name}.mean(axis=0)).std()",
                f"{name} = ({name} - mean) / std  # validation targets by the same; a prediction is then std * model(x) + mean",
            )
        )
