"""What Grafana shows of Celery: its data source's health, and dashboards whose queries return series."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flower_audit.errors import Absent, Unobservable
from flower_audit.json_api import JsonApi, Replies
from flower_audit.parsers.grafana_dashboard import DashboardModel, PanelQuery, read_dashboard
from flower_audit.probe import Trail, fact
from flower_audit.target import Target

HEALTH = "/api/health"
SOURCES = "/api/datasources"
SEARCH = "/api/search?type=dash-db&limit=200"
MOST_DASHBOARDS = 40
MOST_QUERIES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """One dashboard about Celery.  Shape: of `asked` queries, `answered` returned series."""

    title: str
    asked: int
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grafana:
    """Shape: `sick` holds a sentence for each data source of these dashboards that is not healthy."""

    url: str
    version: str = ""
    total: int = 0
    dashboards: tuple[Dashboard, ...] = ()
    sick: tuple[str, ...] = ()

    @property
    def found(self) -> dict[str, str]:
        """For the head of the report."""
        return {"Grafana": self.version} if self.version else {}

    @property
    def best(self) -> Dashboard | None:
        """The dashboard of which most queries return series."""
        return max(self.dashboards, key=lambda one: one.answered / max(1, one.asked), default=None)


@fact(way="grafana")
def grafana(target: Target, trail: Trail) -> Grafana:
    """Source: GET on Grafana's API, queries through its data source proxy; a token stands in FLOWER_GRAFANA_TOKEN.

    Unobservable: its answers are not Grafana's; its data source may not be asked with this token.
    """
    if target.grafana is None:
        raise Absent("no Grafana was named")
    api = JsonApi("grafana", target.grafana, target, trail)
    first = api.ask([SEARCH, HEALTH, SOURCES])
    health, listed = first[HEALTH].json(), first[SEARCH].json()
    if not isinstance(health, dict) or not isinstance(listed, list):
        raise Unobservable(
            f"{api.name} gave no answers of Grafana's API ({first[HEALTH].status}, {first[SEARCH].status})"
        )
    models = _dashboards(api, listed)
    default = _default_source(first)
    dashboards = []
    used: set[str] = set()
    for model in models:
        queries = [query for query in model.queries if query.source or default][:MOST_QUERIES]
        answered, sources = _ask(api, queries, default)
        used |= sources
        dashboards.append(Dashboard(title=model.title, asked=len(queries), answered=answered))
    if models and not any(one.asked for one in dashboards):
        raise Unobservable("which data source the dashboards use cannot be told: this token may not list them")
    return Grafana(
        url=api.name,
        version=str(health.get("version", "")),
        total=len(listed),
        dashboards=tuple(dashboards),
        sick=_sick(api, used),
    )


def _dashboards(api: JsonApi, listed: list[Any]) -> list[DashboardModel]:
    """Those about Celery, named so or not."""
    found = [one for one in listed if isinstance(one, dict) and isinstance(one.get("uid"), str)]
    named_first = sorted(
        found, key=lambda one: not any(w in str(one.get("title")).lower() for w in ("celery", "flower"))
    )
    paths = [f"/api/dashboards/uid/{quote(one['uid'], safe='')}" for one in named_first[:MOST_DASHBOARDS]]
    models = [read_dashboard(reply.json()) for reply in api.ask(paths).values()] if paths else []
    return [model for model in models if model and model.queries]


def _default_source(replies: Replies) -> str:
    """The uid of the default Prometheus data source, empty where it may not be listed."""
    sources = replies[SOURCES].json()
    kinds = (
        [one for one in sources if isinstance(one, dict) and one.get("type") == "prometheus"]
        if isinstance(sources, list)
        else []
    )
    best = sorted(kinds, key=lambda one: not one.get("isDefault"))
    return str(best[0].get("uid", "")) if best else ""


def _ask(api: JsonApi, queries: Iterable[PanelQuery], default: str) -> tuple[int, set[str]]:
    by_path = {_path(query, default): query for query in queries}
    replies = api.ask(by_path) if by_path else {}
    refused = [reply.status for reply in replies.values() if reply.status in {401, 403}]
    if refused and len(refused) == len(replies):
        raise Unobservable(f"Grafana's data source may not be asked with this token ({refused[0]})")
    answered = sum(_has_series(reply.json()) for reply in replies.values())
    return answered, {query.source or default for query in by_path.values()}


def _path(query: PanelQuery, default: str) -> str:
    source = quote(query.source or default, safe="")
    return f"/api/datasources/proxy/uid/{source}/api/v1/query?" + urlencode({"query": query.expression})


def _has_series(content: object) -> bool:
    data = content.get("data") if isinstance(content, dict) else None
    return isinstance(data, dict) and bool(data.get("result"))


def _sick(api: JsonApi, sources: set[str]) -> tuple[str, ...]:
    """Grafana older than 9 has no health of a data source; its queries then speak for it."""
    paths = {f"/api/datasources/uid/{quote(source, safe='')}/health": source for source in sorted(sources)}
    replies = api.ask(paths) if paths else {}
    said = []
    for path, source in paths.items():
        content = replies[path].json()
        status = content.get("status") if isinstance(content, dict) else None
        if isinstance(status, str) and status.upper() not in {"OK", "SUCCESS"}:
            said.append(f"data source {source}: {str(content.get('message', status))[:150]}")
    return tuple(said)
