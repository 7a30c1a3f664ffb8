"""What a proxy says of its configuration."""

from dataclasses import replace

import pytest

from flower_audit.errors import Unobservable
from flower_audit.facts.configuration_test import configuration_test

from .test_proxy import GOOD, recorded

UNREAD = Unobservable("could not be read")


def test_of_the_proxy_that_fronts_flower() -> None:
    assert configuration_test(GOOD).passed
    broken = configuration_test(replace(GOOD, valid=False, problem="unknown directive"))
    assert (broken.passed, broken.problem, broken.config) == (False, "unknown directive", "/etc/nginx/nginx.conf")


def test_untested_is_unknown() -> None:
    with pytest.raises(Unobservable, match="does not run"):
        configuration_test(replace(GOOD, valid=None))


def test_too_broken_to_be_read() -> None:
    found = configuration_test(UNREAD, nginx=recorded("nginx", "broken"))
    assert not found.passed
    assert "bogus" in found.problem
    assert "Unexpected token" in configuration_test(UNREAD, caddy=recorded("caddy", "broken")).problem


def test_unread_for_another_reason() -> None:
    with pytest.raises(Unobservable, match="could not be read"):
        configuration_test(UNREAD, nginx=recorded("nginx", "loaded"))
    with pytest.raises(Unobservable, match="could not be read"):
        configuration_test(UNREAD, nginx=Unobservable("root"))
