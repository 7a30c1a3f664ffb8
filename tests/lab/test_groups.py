"""Which states may share a host."""

from __future__ import annotations

from . import groups, scripts


def test_every_state_is_in_one_group_and_no_group_sees_itself() -> None:
    states = scripts.every()
    together = groups.together(states)
    assert sorted(state.name for group in together for state in group) == sorted(state.name for state in states)
    assert len(together) < len(states) * 0.8, "sharing saves too little to be worth its while"
    for group in together:
        if len(group) > 1:
            orders = [check for state in group for check in state.fails | state.may]
            assert len(orders) == len(set(orders)), f"{groups.merged(group).name} order the same"
            assert len({(state.suite, state.packages) for state in group}) == 1, "they boot from the same layers"
            assert not any(state.good or state.options or state.policy or state.edge for state in group)


def test_a_group_orders_what_all_of_it_order_and_each_is_told_its_own() -> None:
    group = max(groups.together(scripts.every()), key=len)
    first, second = group[:2]
    one = groups.merged(group)
    assert one.fails == frozenset(check for state in group for check in state.fails)
    assert all(state.script.removeprefix(scripts.PRELUDE).strip() in one.script for state in group)
    assert one.script.count(scripts.PRELUDE) == 1
    said = dict.fromkeys(one.fails, "fail") | {"service.installed": "pass", "workers.clock": "unknown"}
    told = groups.own_outcomes(first, group, said)
    assert first.fails <= told.keys()
    assert not second.fails & told.keys()
    assert told["workers.clock"] == "unknown", "an alarm that nobody ordered is everybody's"


def test_a_state_that_cannot_share_is_proven_as_it_is() -> None:
    assert groups.merged((scripts.GOLDEN,)) is scripts.GOLDEN
