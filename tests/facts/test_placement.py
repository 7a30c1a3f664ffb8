"""Whether Flower is meant to run on a host, where nothing of it is there."""

import pytest

from flower_audit.errors import Unobservable
from flower_audit.facts.placement import placement
from flower_audit.facts.upstream import Upstream

from .stand_ins import process

ELSEWHERE = Upstream(elsewhere=("10.2.0.7:5555",))


def test_a_proxy_that_sends_to_another_machine() -> None:
    assert placement(upstream=ELSEWHERE).elsewhere == "10.2.0.7:5555"
    assert placement(process=process(), upstream=ELSEWHERE).elsewhere == ""
    assert placement(process=Unobservable("hidden"), upstream=ELSEWHERE).elsewhere == ""
    assert placement(upstream=Upstream()).elsewhere == ""
    assert placement().elsewhere == ""


def test_a_proxy_that_cannot_be_read() -> None:
    found = placement(upstream=Unobservable("for root to read"))
    with pytest.raises(Unobservable, match="for root to read"):
        _ = found.elsewhere
    assert placement(process=process(), upstream=Unobservable("for root to read")).elsewhere == ""
