import pytest

from dnndoctor.report.look import Look, safe, safe_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("dense_1", "dense_1"),
        ("Größe", "Größe"),
        ("層", "層"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("\x9b31m", r"\x9b31m"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_safe_escapes_what_is_not_printable(text: str, shown: str) -> None:
    """Printable text stays as it is; anything else becomes its escape."""
    assert safe(text) == shown


def test_safe_lines_keeps_line_ends() -> None:
    """Text of several lines stays so, each line safe."""
    assert safe_lines("a\n\tb\x1b\r\nc") == ["a", r"    b\x1b", "c"]


def test_ascii_look_replaces_our_own_signs() -> None:
    """What we write in Unicode has a readable form in ASCII; what a user writes is escaped."""
    assert Look(unicode=False).text("2 → 3 ≤ 4, Größe") == r"2 -> 3 <= 4, Gr\xf6\xdfe"
