"""The host's clock, by the least offset that fits the round trip."""

from collections.abc import Callable
from typing import Any

import pytest

from flower_audit.errors import Unobservable
from flower_audit.facts.clock import clock
from flower_audit.probe import Output


@pytest.mark.parametrize(
    ("host", "offset_s"), [("1000.5", 0.0), ("1000.000000001", 0.0), ("1003.25", 2.25), ("940", -60.0), ("1001.0", 0.0)]
)
def test_the_offset(host: str, offset_s: float) -> None:
    found = clock(Output(rc=0, stdout=f"{host}\nchronyd\n", asked_at=1000.0, answered_at=1001.0))
    assert (found.offset_s, found.uncertainty_s, found.time_service) == (offset_s, 1.0, "chronyd")


def test_this_machine_agrees_with_itself(ask_here: Callable[..., Any]) -> None:
    assert abs(ask_here(clock).offset_s) < 0.1


@pytest.mark.parametrize("said", ["", "date: invalid\n"])
def test_no_number(said: str) -> None:
    with pytest.raises(Unobservable):
        clock(Output(rc=0, stdout=said, asked_at=1.0, answered_at=2.0))


def test_a_round_trip_that_was_not_timed() -> None:
    with pytest.raises(Unobservable, match="not timed"):
        clock(Output(rc=0, stdout="1000\n"))
