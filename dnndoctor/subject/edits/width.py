"""Hidden layers wider or narrower."""

from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.edits.width import scaled
from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject import widths
from dnndoctor.subject.edits import AppliedEdit, Build, CannotApplyError, number
from dnndoctor.subject.frames import first_line


class Width(AppliedEdit):
    """Every hidden width is `factor` times what it was, rounded, at least 1; heads, frozen layers and vocabularies stay.

    The model is made by the user's own factory, whatever kind it is. The vectors of embeddings are hidden widths, too, but stay
    where the model cannot be made otherwise, as with vectors that are loaded.
    """

    name = "width"
    structural = True

    def other_build(self, build: Build, parameters: Mapping[str, Parameter], inputs: Any) -> Build:
        """See `AppliedEdit`."""
        factor = number(parameters, "factor", above=0)

        def build_scaled(seed: int) -> keras.Model:
            known = widths.plan(build, inputs)
            wanted = {
                position: width
                for position, layer in enumerate(known.layers)
                if layer.hidden and (width := scaled(layer.width, factor)) != layer.width
            }
            if not wanted:
                raise CannotApplyError(f"The model has no hidden layer whose width {factor:g} times is another one.")
            tries = [wanted]
            if any(known.layers[position].kind is keras.layers.Embedding for position in wanted):
                tries.append({at: width for at, width in wanted.items() if known.layers[at].kind is not keras.layers.Embedding})
            failures = []
            for asked in filter(None, tries):
                try:
                    return widths.built_with(build, seed, known, asked, inputs)
                except Exception as error:  # the user's own code, or Keras, where sizes no longer fit
                    failures.append(error)
            what = first_line(failures[0])
            raise CannotApplyError(f"The hidden widths are tied to something else in the model: {what}") from failures[0]

        return build_scaled
