import pytest

from flower_audit.report.inert import one_line, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, ünï, 日本, 🌸", "plain, ünï, 日本, 🌸"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb", "a\nb"),
        ("a\rb", "a\\x0db"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("\x00\x7f", "\\x00\\x7f"),
        ("\u202egnp", "\\u202egnp"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_one_line() -> None:
    assert one_line("  a\n\n b\t\u2028c\x0bd\x85e ") == "a b c d e"
    assert one_line("a\x1b[2Jb") == "a\\x1b[2Jb"
