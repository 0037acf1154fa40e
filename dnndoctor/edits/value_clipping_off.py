"""Clipping of values off."""

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import ClipFacts, Facts
from dnndoctor.evidence.trial import Edit

UNBOUNDED = {"relu6": "relu", "hard_tanh": "tanh"}
"""Bounded activations, and what each is without its bounds."""


class ValueClippingOff(EditKind):
    """Lets values inside the model grow: no clips, `relu` for `relu6`, `tanh` for `hard_tanh`, no largest value of a `ReLU`."""

    name = "value_clipping_off"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        count = len(facts.clips)
        if not count:
            return "switch off all clipping of values inside the model"
        kinds = ", ".join(dict.fromkeys(f"{clip.what} {bounds(clip)}" for clip in facts.clips))
        return f"switch off the clipping of values in {count} place{'s' * (count != 1)} ({kinds})"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        return "\n".join(f"{clip.name}: {_change(clip)}" for clip in facts.clips) or "remove every clip of values in the model"


def bounds(clip: ClipFacts) -> str:
    """The bounds of a clip in words: "to [-1, 1]", "at most 6", "at least 0.1"; empty where they are not known."""
    if clip.low is not None and clip.high is not None:
        return f"to [{clip.low:g}, {clip.high:g}]"
    if clip.high is not None:
        return f"at most {clip.high:g}"
    return f"at least {clip.low:g}" if clip.low is not None else ""


def _change(clip: ClipFacts) -> str:
    if clip.what in UNBOUNDED:
        return f'activation="{UNBOUNDED[clip.what]}"'
    if clip.what == "ReLU":
        return "max_value=None"
    return f"remove this {clip.what}" + (f" (clips {bounds(clip)})" if bounds(clip) else "")
