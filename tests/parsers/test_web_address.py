"""URLs that a hostile target may send."""

import pytest

from flower_audit.parsers.web_address import NO_URL, join_url, split_url


@pytest.mark.parametrize(
    "text", ["http://[x", "https://h:port/", "http://h:99999/", "redis://:pw@[redacted]:1/0", "//[::1"]
)
def test_what_is_no_url_has_no_parts(text: str) -> None:
    assert split_url(text) == NO_URL


def test_a_url_has_its_parts() -> None:
    parts = split_url("https://h.example:8443/flower/?a=b")
    assert (parts.scheme, parts.hostname, parts.port, parts.path) == ("https", "h.example", 8443, "/flower/")


def test_references_are_joined_or_nothing() -> None:
    assert join_url("https://h/a/", "../b") == "https://h/b"
    assert join_url("https://h/a", "http://[x") == ""
