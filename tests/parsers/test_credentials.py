"""Entries of `basic_auth`: what is wrong with how they are written."""

import pytest

from flower_audit.parsers.credentials import judge_accounts

GOOD = "ops:hV7nQz3KpW9tXe5RmB2d"


@pytest.mark.parametrize(
    ("entry", "defect"),
    [
        (GOOD + " # changed in May", "a comment behind the value"),
        (f'"{GOOD}"', "begins or ends with a quote"),
        (GOOD + " ", "begins or ends with a space"),
        ("viewer", "no colon"),
        ("", "is empty"),
        ("ops:$2y$05$abcdefghijklmnopqrstuv", "holds a hash"),
        ("ops:pässwörtlich-lang", "outside ASCII"),
    ],
)
def test_what_is_wrong_with_an_entry(entry: str, defect: str) -> None:
    (said,) = judge_accounts([GOOD, entry]).malformed
    assert said.startswith("entry 2 ")
    assert defect in said


@pytest.mark.parametrize("entry", [GOOD, "ops:a#b#c-7Qz3KpW9t", "ops:several words of a phrase"])
def test_an_entry_that_is_well_formed(entry: str) -> None:
    assert judge_accounts([entry]).malformed == ()
