import pytest

from dnndoctor.diagnosis.diagnose import rules
from dnndoctor.report.look import Look
from dnndoctor.report.manual import nearest, page, rules_table


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_page_holds_every_word_and_fits(rule: type, width: int) -> None:
    """No word of a rule's page is lost, and no line is wider than the terminal."""
    text = page(rule, Look(width))

    assert max(map(len, text.splitlines())) <= width
    words = "".join((rule.__doc__ or "").split())
    # A heading loses its colon.
    assert words.replace(":", "") in "".join(text.split()).replace(":", "")


def test_table_is_in_order_of_code() -> None:
    """The table lists every rule, by code."""
    codes = [line.split()[0] for line in rules_table(Look(120)).splitlines() if line.startswith("DD")]

    assert codes == sorted(rule.code for rule in rules())


@pytest.mark.parametrize(("wanted", "code"), [("unscaled-input", "DD004"), ("learning-rate-to-high", "DD401"), ("qqqqqqq", None)])
def test_nearest(wanted: str, code: str | None) -> None:
    """A misspelt code or name leads to its rule, nonsense to none."""
    near = nearest(wanted)

    assert (near.code if near else None) == code
