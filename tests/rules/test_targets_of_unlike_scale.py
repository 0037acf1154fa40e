"""Several targets in one loss."""

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Severity
from dnndoctor.rules.targets_of_unlike_scale import TargetsOfUnlikeScale
from tests.evidence_samples import facts, keras_loss, output, target
from tests.rules.judging import findings


def two(first: float, second: float, *, weights: tuple[float, float] = (1.0, 1.0)) -> Facts:
    """A subject with two outputs whose best constants have these losses."""
    heads = [
        output("linear", 1, keras_loss("mean_squared_error", weight=weight), name=name)
        for name, weight in zip(("price", "rate"), weights, strict=True)
    ]
    targets = [target("continuous", output=name, constant_loss=loss) for name, loss in (("price", first), ("rate", second))]
    return facts(outputs=heads, targets=targets)


def columns(low: float, high: float, loss: str = "mean_squared_error", **array: object) -> Facts:
    """A subject with one output of three numbers whose spreads run from low to high."""
    shape = {"shape": (3,), "features": 3, "feature_std_minimum": low, "feature_std_maximum": high, **array}
    return facts(outputs=[output("linear", 3, loss)], targets=[target("continuous", array=shape)])


def test_an_output_that_drowns_is_a_warning() -> None:
    """A squared error in thousands beside one in hundredths."""
    (finding,) = findings(TargetsOfUnlikeScale(), two(3e9, 0.007))

    assert finding.severity is Severity.WARNING
    assert "price" in finding.evidence[0].text


def test_columns_of_one_target_are_compared_by_the_loss() -> None:
    """A squared error squares the ratio of the spreads, an absolute one does not."""
    assert findings(TargetsOfUnlikeScale(), columns(0.1, 20))[0].severity is Severity.WARNING
    assert findings(TargetsOfUnlikeScale(), columns(0.1, 20, "mean_absolute_error"))[0].severity is Severity.NOTE


def test_weights_of_the_users_choice_are_a_decision() -> None:
    """They count in the ratio, and what they leave is a note."""
    assert findings(TargetsOfUnlikeScale(), two(1e4, 1e-3, weights=(1.0, 1e6))) == ()
    assert findings(TargetsOfUnlikeScale(), two(1e8, 1e-3, weights=(1.0, 0.1)))[0].severity is Severity.NOTE


def test_targets_of_like_scale_and_wide_rows_are_left_alone() -> None:
    """Classes beside numbers, spreads within a factor of ten, and pictures with dark rims."""
    assert findings(TargetsOfUnlikeScale(), two(0.69, 1.0)) == ()
    assert findings(TargetsOfUnlikeScale(), columns(0.5, 4)) == ()
    assert findings(TargetsOfUnlikeScale(), columns(0.001, 4, features=784, shape=(784,))) == ()
    assert findings(TargetsOfUnlikeScale(), facts()) == ()
