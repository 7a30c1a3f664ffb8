"""Rule files against what is in force."""

from dataclasses import replace
from typing import Any

import pytest

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.rule_files import rule_files


def test_files_and_what_is_in_force(stack: Any) -> None:
    assert rule_files(stack.on_host()).different == ()
    assert len(rule_files(stack.on_host()).files) == 3
    edited = stack.folder / "rules" / "guide.yml"
    before = edited.read_text()
    edited.write_text(before.replace("> 1000", "> 50"))
    found = rule_files(stack.on_host())
    edited.write_text(before)
    assert [text.partition(" ")[0] for text in found.different] == ["CeleryHighQueueDepth", "CeleryHighQueueDepth"]
    edited.write_text(before.replace("for: 10m", "for: 1h30m"))
    found = rule_files(stack.on_host())
    edited.write_text(before)
    assert found.different[0].endswith("its `for` or its labels differ")
    assert found.different[0].startswith("CeleryHighQueueDepth")
    edited.write_text(before.replace("for: 10m", "for: 600s"))
    found = rule_files(stack.on_host())
    edited.write_text(before)
    assert found.different == ()
    local = stack.on_host()
    configuration = stack.folder / "prometheus.yml"
    written = configuration.read_text()
    configuration.write_text("rule_files:\n  - rules/*.yml\n  - more/*.yml\nscrape_configs: []\n")
    (unloaded,) = rule_files(stack.on_host()).different
    configuration.write_text(written)
    assert "more/*.yml" in unloaded
    with pytest.raises(Unobservable, match="cannot be read"):
        rule_files(replace(local, rule_texts={"/etc/x.yml": None}))
    deleted = rule_files(replace(local, rule_texts={})).different
    assert deleted
    assert all("the next reload ends it" in text for text in deleted)
    with pytest.raises(Absent):
        rule_files(replace(local, rule_texts={}, server=replace(local.server, alerts=())))
