"""Gradient clipping off."""

from dataclasses import replace

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import Facts, OptimizerFacts
from dnndoctor.evidence.trial import Edit

CLIPPINGS = ("clipnorm", "clipvalue", "global_clipnorm")
"""The settings of Keras' optimizers that clip gradients."""


class GradientClippingOff(EditKind):
    """Takes `clipnorm`, `clipvalue` and `global_clipnorm` off every optimizer; what a `train_step` clips by itself stays."""

    name = "gradient_clipping_off"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        settings = ", ".join(dict.fromkeys(f"{name}={value:g}" for one in clipped(facts) for name, value in _clippings(one)))
        return f"switch off gradient clipping ({settings})" if settings else "switch off all gradient clipping"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        lines = [
            f"{optimizer.kind}: " + ", ".join(f"{name}=None" for name, _ in _clippings(optimizer)) for optimizer in clipped(facts)
        ]
        return "\n".join(lines) or ", ".join(f"{name}=None" for name in CLIPPINGS)

    def afterwards(self, edit: Edit, facts: Facts) -> Facts:  # noqa: ARG002  the seam gives the edit
        """See `EditKind.afterwards`."""
        free = tuple(replace(each, clipnorm=None, clipvalue=None, global_clipnorm=None) for each in facts.recipe.optimizers)
        return replace(facts, recipe=replace(facts.recipe, optimizers=free))


def clipped(facts: Facts) -> tuple[OptimizerFacts, ...]:
    """The optimizers that clip gradients."""
    return tuple(optimizer for optimizer in facts.recipe.optimizers if _clippings(optimizer))


def _clippings(optimizer: OptimizerFacts) -> list[tuple[str, float]]:
    values = ((name, getattr(optimizer, name)) for name in CLIPPINGS)
    return [(name, value) for name, value in values if value is not None]
