"""What rules on the start have in common: how evidence is quoted, and what in a layer's weights or inputs explains its units."""

from dataclasses import dataclass

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.input_scale import scalable
from dnndoctor.evidence.layers import first_weighted, kernels
from dnndoctor.evidence.trial import Edit
from dnndoctor.evidence.weight_scale import out_of_scale
from dnndoctor.experiments.start import StartExperiment
from dnndoctor.experiments.starting_point import StartingPoint
from dnndoctor.finding import Cause, Remedy, Statement, Where

LEANS = 0.5
"""Mean of a kernel, in standard deviations, from which its values lean to one side: a draw of a hundred leans by 0.1."""

ORDINARY_RATE = 1e-3
ORDINARY_RATES = {"Adagrad": 1e-2, "Ftrl": 1e-2, "SGD": 1e-2}
"""Rates up to which nobody would blame the rate: those that Keras' optimizers have by default."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What explains units that are off, or at their ends, for all inputs.

    Attributes:
        cause: From the closed vocabulary.
        text: One sentence with the numbers.
        remedy: What to do about it.
    """

    cause: Cause
    text: str
    remedy: Remedy


def measured(point: StartingPoint, text: str, **values: float | tuple[float, ...]) -> Statement:
    """Something that the look at the start shows.

    Args:
        point: What was seen.
        text: One sentence.
        values: Its numbers by name.
    """
    return Statement(text, StartExperiment.name, values, point.trials)


def seeds_of(point: StartingPoint) -> str:
    """How sentences call what was looked at ("128 rows and 2 seeds")."""
    return f"{point.rows:,} rows and {len(point.seeds)} seed{'s' * (len(point.seeds) != 1)}"


def where(facts: Facts, *paths: str) -> tuple[Where, ...]:
    """The places of layers.

    Args:
        facts: Of the subject.
        paths: Of layers.
    """
    layers = ((path, facts.layer(path)) for path in dict.fromkeys(paths))
    return tuple(Where(path, layer.place if layer is not None else None) for path, layer in layers)


def listed(paths: tuple[str, ...] | list[str], most: int = 4) -> str:
    """A few names, and how many more there are.

    Args:
        paths: Of layers.
        most: How many are named.
    """
    return ", ".join(paths[:most]) + (f" and {len(paths) - most} more" if len(paths) > most else "")


def weighting(facts: Facts, path: str) -> LayerFacts | None:
    """The layer whose weights make what an activation works on: itself, or the last one before it; None where there is none.

    Args:
        facts: Of the subject.
        path: Of the layer that applies the activation.
    """
    found = None
    for layer in facts.layers:
        if kernels(layer):
            found = layer
        if layer.path == path:
            return found
    return None


def explanation(facts: Facts, path: str) -> Explanation | None:
    """What in the weights or in the inputs pushes a layer's units to one side, None where nothing plain does.

    Args:
        facts: Of the subject.
        path: Of the layer that applies the activation.
    """
    layer = weighting(facts, path)
    if layer is None:
        return None
    drawn = _drawn_anew(layer)
    bias = next((weight for weight in layer.weights if weight.name == "bias"), None)
    kernel = kernels(layer)[0]
    if bias is not None and not bias.loaded and abs(bias.mean) >= 1:
        return Explanation(Cause.INITIALIZER, f"the biases of {layer.path} start at {bias.mean:.3g}", drawn)
    if kernel.std > 0 and abs(kernel.mean) > LEANS * kernel.std and not kernel.loaded:
        text = f"the weights of {layer.path} lean to one side (mean {kernel.mean:.3g}, standard deviation {kernel.std:.3g})"
        return Explanation(Cause.INITIALIZER, text, drawn)
    return _drawn_wide(facts, layer) or _given_unscaled(facts, layer)


def upstream(facts: Facts) -> Explanation | None:
    """What in the weights or in the inputs makes signals too large on their way to the outputs, None where nothing plain does.

    Args:
        facts: Of the subject.
    """
    return _drawn_wide(facts) or _given_unscaled(facts)


def too_fast(facts: Facts, point: StartingPoint) -> Explanation | None:
    """What makes an ordinary learning rate too high, None where the rate itself is out of the ordinary.

    Args:
        facts: Of the subject.
        point: What was seen.
    """
    if not facts.recipe.optimizers or not point.rates:
        return None
    ordinary = ORDINARY_RATES.get(facts.recipe.optimizers[0].kind, ORDINARY_RATE)
    return upstream(facts) if max((*point.rates, *facts.recipe.rates)) <= ordinary else None


def _drawn_anew(layer: LayerFacts) -> Remedy:
    return Remedy(
        "Draw kernels by variance scaling, and let biases start at zero",
        (Edit("variance_scaled_init"),),
        patch=f'keras.layers.{layer.kind}({layer.units or "..."}, kernel_initializer="he_normal", bias_initializer="zeros")',
    )


def _drawn_wide(facts: Facts, layer: LayerFacts | None = None) -> Explanation | None:
    """Whether that layer, or any, is drawn too wide."""
    wide = [scale for scale in out_of_scale(facts) if scale.ratio > 1 and (layer is None or scale.layer is layer)]
    if not wide or any(weight.loaded for weight in wide[0].layer.weights):
        return None
    worst = wide[0]
    text = f"the weights of {worst.layer.path} are drawn {worst.ratio:.2g} times as wide as {worst.fan_in:,} inputs ask for"
    return Explanation(Cause.INITIALIZER, text, _drawn_anew(worst.layer))


def _given_unscaled(facts: Facts, layer: LayerFacts | None = None) -> Explanation | None:
    """Whether that layer, or any, is given inputs as they are, and these are out of scale."""
    place, unscaled = first_weighted(facts), scalable(facts)
    if place is None or not unscaled or (layer is not None and facts.layers[place] is not layer):
        return None
    array = unscaled[0]
    return Explanation(
        Cause.INPUT_SCALE,
        f"{facts.layers[place].path} is given {array.name} as it is: mean {array.mean:.3g}, standard deviation {array.std:.3g}",
        Remedy(
            f"Bring {array.name} to order one",
            (Edit("standardize_inputs"),),
            patch="keras.layers.Normalization()  # adapted to the training data, as the first layer",
        ),
    )
