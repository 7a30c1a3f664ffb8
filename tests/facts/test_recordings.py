"""Every recording in `tests/facts/<fact>/*.json`: what a real system answered, and the fact that must come of it.

A recording is `{note, rc, stdout, stderr?, truncated?, fact | raises}`; `fact` may name only some of the fields.
"""

import dataclasses
import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from flower_audit import errors
from flower_audit.probe import Output

RECORDINGS = sorted(Path(__file__).parent.glob("*/*.json"))


def plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_recording(path: Path) -> None:
    recording = json.loads(path.read_text())
    provider = getattr(importlib.import_module(f"flower_audit.facts.{path.parent.name}"), path.parent.name)
    output = Output(
        rc=recording["rc"],
        stdout=recording["stdout"],
        stderr=recording.get("stderr", ""),
        truncated=recording.get("truncated", False),
    )
    if "raises" in recording:
        with pytest.raises(getattr(errors, recording["raises"])):
            provider(output)
        return
    found = plain(provider(output))
    expected = recording["fact"]
    assert expected, "a recording that expects nothing proves nothing"
    assert {key: found[key] for key in expected} == expected
