"""Prometheus' text exposition: whether it is whole, and what it holds.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

LABEL = r'[a-zA-Z_]\w*\s*=\s*"(?:[^"\\]|\\.)*"'
LABELS = rf"\s*\{{\s*({LABEL}(\s*,\s*{LABEL})*\s*,?)?\s*\}}\s*"
SAMPLE = re.compile(rf"[a-zA-Z_:][\w:]*({LABELS}|\s+)[^\s{{]\S*(\s+-?\d+)?\s*")
"""Stricter than prometheus_client, which reads past malformed labels that Prometheus refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposition:
    """Shape: `samples` maps a sample's name to how many there are; `defects` are sentences, empty where it is whole."""

    samples: Mapping[str, int]
    defects: tuple[str, ...] = ()

    def holds(self, prefix: str) -> bool:
        """Whether any sample's name begins so."""
        return any(name.startswith(prefix) for name in self.samples)


def read_exposition(text: str) -> Exposition:
    """Read an answer of /metrics.  What Prometheus would refuse is a defect: it then takes nothing of the answer."""
    samples: dict[str, int] = {}
    seen: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    defects: list[str] = []
    if text and not text.endswith("\n"):
        defects.append("the last line is not ended, so the answer may be cut")
    # Not splitlines(): only a newline ends a line, and the names of tasks may hold all the rest.
    written = (line for line in text.split("\n") if line.strip() and not line.lstrip().startswith(("#", '{"')))
    defects += [f"it is no Prometheus exposition: {line[:120]}" for line in written if not SAMPLE.fullmatch(line)][:1]
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                samples[sample.name] = samples.get(sample.name, 0) + 1
                key = sample.name, tuple(sorted(sample.labels.items()))
                if key in seen and not defects:
                    defects.append(f"{sample.name} stands there twice with the same labels")
                seen.add(key)
    except (ValueError, KeyError, IndexError) as error:
        defects.append(f"it is no Prometheus exposition: {str(error)[:120]}")
    if not samples and not defects:
        defects.append("it holds no sample")
    return Exposition(samples=samples, defects=tuple(defects))
