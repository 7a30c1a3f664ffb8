"""Grafana dashboards: the PromQL in their panels, with template variables filled in, and the data sources they use.

Source: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flower_audit.parsers.celery_metrics import speaks_of_celery
from flower_audit.parsers.promql import Malformed, Unpredictable, parse, selectors

DEEPEST = 6
INTERVAL = re.compile(r"\$\{?__(rate_interval|interval)\}?|\[\[__interval\]\]")
RANGE = re.compile(r"\$\{?__range(_s|_ms)?\}?")
VARIABLE = r"(\$\{[^}]*\}|\$\w+|\[\[\w+\]\])"
IN_MATCHER = re.compile(rf'(=~|!~|!=|=)\s*("[^"]*{VARIABLE}[^"]*"|\'[^\']*{VARIABLE}[^\']*\')')
GRAFANA_ITSELF = frozenset({"-- Grafana --", "-- Dashboard --", "-- Mixed --", "grafana"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelQuery:
    """One query of a panel.  Shape: `source` is the data source's uid or name, empty for the default one."""

    expression: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardModel:
    """A dashboard with its queries about Celery; `unreadable` counts those that no value could be filled into."""

    title: str
    uid: str
    queries: tuple[PanelQuery, ...]
    unreadable: int = 0


def read_dashboard(content: object) -> DashboardModel | None:
    """Read an answer of /api/dashboards/uid/…; None where it is none."""
    model = content.get("dashboard") if isinstance(content, dict) else None
    if not isinstance(model, dict):
        return None
    values = _values(model)
    queries = []
    unreadable = 0
    for panel in _panels(model):
        for target in _dicts(panel.get("targets")):
            expression = target.get("expr")
            if not isinstance(expression, str) or not expression.strip():
                continue
            filled = fill_in(expression, values)
            try:
                about = any(speaks_of_celery(selection) for selection in selectors(parse(filled)))
            except (Malformed, Unpredictable):
                unreadable += 1
                continue
            if about:
                source = _source(target.get("datasource") or panel.get("datasource"), values)
                queries.append(PanelQuery(expression=filled, source=source))
    return DashboardModel(
        title=str(model.get("title", "")), uid=str(model.get("uid", "")), queries=tuple(queries), unreadable=unreadable
    )


def fill_in(expression: str, values: Mapping[str, str]) -> str:
    """An expression as Grafana would send it, with every choice of a label set to all."""
    text = INTERVAL.sub("5m", expression)
    text = RANGE.sub("3600" if "__range_" in text else "1h", text)
    text = IN_MATCHER.sub('=~".*"', text)
    return re.sub(VARIABLE, lambda found: values.get(_name(found[0]), found[0]), text)


def _values(model: Mapping[str, Any]) -> dict[str, str]:
    templating = model.get("templating")
    found = {}
    for item in _dicts(templating.get("list") if isinstance(templating, dict) else None):
        current = item.get("current")
        value = current.get("value") if isinstance(current, dict) else None
        if isinstance(value, list):
            value = value[0] if value else None
        if isinstance(value, str) and value not in {"$__all", "default", ""}:
            found[str(item.get("name", ""))] = value
    return found


def _source(written: object, values: Mapping[str, str]) -> str:
    name = written.get("uid") if isinstance(written, dict) else written
    if not isinstance(name, str) or name in GRAFANA_ITSELF:
        return ""
    return values.get(_name(name), "") if name.startswith(("$", "[[")) else name


def _name(variable: str) -> str:
    return variable.strip("${}[]").partition(":")[0]


def _panels(model: Mapping[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    for panel in [*_dicts(model.get("panels")), *_dicts(model.get("rows"))]:
        yield panel
        if depth < DEEPEST:
            yield from _panels(panel, depth + 1)


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
