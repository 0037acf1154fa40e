"""How well each cause is told."""

from tests.clinic.by_cause import OfCause, by_cause, by_cause_lines
from tests.clinic.patients import Truth

TRUTHS = [
    Truth("both", frozenset({"epochs", "dropout"})),
    Truth("slow", frozenset({"epochs"}), frozenset({"learning-rate-low"})),
    Truth("silent", frozenset({"dropout"})),
    Truth("well", frozenset()),
]
ANSWERS = {"both": ("dropout",), "slow": ("learning-rate-low", "epochs"), "silent": (), "well": ("dropout",)}


def test_each_cause_is_counted_on_those_who_have_it() -> None:
    """A pair's first answer is right for both of its faults; precision counts what was said of the healthy."""
    assert by_cause(TRUTHS, ANSWERS) == (
        OfCause("dropout", patients=2, first=1, first_or_equivalent=1, found=1, named=2),
        OfCause("epochs", patients=2, first=1, first_or_equivalent=2, found=1, named=1),
    )


def test_the_table_ends_with_averages_over_causes() -> None:
    """Dropout 50 % and epochs 100 % with equivalents make 75 %, whatever the numbers of patients."""
    *_, average, weak = by_cause_lines(by_cause(TRUTHS, ANSWERS))

    assert average.split()[3:] == ["50%", "75%", "50%", "75%"]
    assert weak.endswith("none")


def test_a_weak_cause_is_named() -> None:
    """Five patients, one of them right."""
    truths = [Truth(f"p{number}", frozenset({"labels"})) for number in range(5)]
    *_, weak = by_cause_lines(by_cause(truths, {truth.id: ("labels",) if truth.id == "p0" else () for truth in truths}))

    assert weak.endswith("more: labels")
