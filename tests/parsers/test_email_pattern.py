"""Email patterns of --auth, held against the matching of the real Flower and of its older releases."""

import re

import pytest
from packaging.version import Version

from flower_audit.parsers.email_pattern import judge_pattern

authentication = pytest.importorskip("flower.utils.authentication")

NEW, OLD = Version("2.2.0"), Version("0.9.7")
SAMPLES = (
    "ann@example.com",
    "bob.b+x@example.com",
    "a@sub.example.com",
    "ann@example.org",
    "evil@example.com.evil.net",
)

RIGHT = ["ann@example.com", ".*@example.com", "ann@example.com|bob@example.com", "a.*@example.com", "a+b@example.com"]
DEAD = [r".*@example\.com", "^.*@example.com", ".*@example.com$", ".+@example.com", "*@example.com", "example.com",
        "(ann|bob)@example.com", "ann@example.com | bob@example.com", "[a-z]+@example.com", "@example.com"]  # fmt: skip
REFUSED = [".*", ".*@.*", ".*@example.com|.*@example.org", "*@*", ".*@*.example.com"]


@pytest.mark.parametrize("pattern", RIGHT)
def test_right_patterns_are_left_in_peace(pattern: str) -> None:
    assert authentication.validate_auth_option(pattern)
    assert judge_pattern(pattern, NEW) == ("", "")


@pytest.mark.parametrize("pattern", DEAD)
def test_dead_patterns_admit_nobody_in_the_real_flower_either(pattern: str) -> None:
    assert authentication.validate_auth_option(pattern)
    assert not any(authentication.authenticate(pattern, email) for email in SAMPLES)
    assert judge_pattern(pattern, NEW).defect


@pytest.mark.parametrize("pattern", REFUSED)
def test_refused_patterns_are_refused_by_the_real_flower(pattern: str) -> None:
    assert not authentication.validate_auth_option(pattern)
    assert "refuses to start" in judge_pattern(pattern, NEW).defect


def test_public_mail_is_a_risk() -> None:
    assert judge_pattern(".*@gmail.com", NEW).risk
    assert not judge_pattern("ann@gmail.com", NEW).risk
    assert judge_pattern(r".*@gmail\.com$", OLD).risk


@pytest.mark.parametrize("pattern", [".*@example.com", r".*@example\.com", "ann@example.com|bob@example.com$", ".*"])
def test_old_patterns_that_let_others_in(pattern: str) -> None:
    outside = ("evil@example.com.evil.net", "ann@example.com.evil.net", "evil@evil.net")
    assert any(re.match(pattern, email) for email in outside), "the release would not let them in"
    assert judge_pattern(pattern, OLD).risk


@pytest.mark.parametrize("pattern", [r".*@example\.com$", r"(ann|bob)@example\.com$", r"ann@example\.com$|bob@x\.org$"])
def test_old_patterns_that_do_not(pattern: str) -> None:
    assert not any(re.match(pattern, email) for email in ("evil@example.com.evil.net", "evil@evil.net"))
    assert judge_pattern(pattern, OLD) == ("", "")


def test_an_unescaped_dot_lets_a_look_alike_in() -> None:
    assert re.match(".*@mail.example.com$", "a@mailxexample.com")
    assert "look-alike" in judge_pattern(".*@mail.example.com$", OLD).risk


def test_a_broken_expression() -> None:
    assert judge_pattern("(ann@example.com$", OLD).defect
