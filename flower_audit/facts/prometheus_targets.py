"""What Prometheus scrapes of this Flower, or of an exporter beside it."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.facts.local_prometheus import LocalPrometheus
from flower_audit.facts.options import Options
from flower_audit.facts.site import Site, connection_host
from flower_audit.parsers.prometheus_api import PrometheusServer, ScrapeTarget
from flower_audit.parsers.series_questions import Seen
from flower_audit.parsers.web_address import split_url
from flower_audit.probe import fact
from flower_audit.target import Target

DEFAULT_PORT = 5555
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
NAMED = re.compile(r"flower|celery", re.IGNORECASE)
EXPORTER_PORTS = frozenset({9808, 9540, 8888})
"""danihodovic's and OvalMoney's default ports, and OvalMoney's older one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusTargets:
    """What is scraped.

    Shape: `chosen` are this Flower or its exporter; `total` counts all targets; `online` are the workers they show,
    None where Prometheus does not know workers by name; `hosts_up` and `counted` are then what it knows of them.
    """

    prometheus: str
    total: int
    chosen: tuple[ScrapeTarget, ...]
    flower_port: int = DEFAULT_PORT
    online: frozenset[str] | None = None
    hosts_up: frozenset[str] | None = None
    counted: int | None = None

    @property
    def down(self) -> tuple[ScrapeTarget, ...]:
        """Those whose last scrape failed.  Unobservable: none was scraped yet."""
        self._scraped()
        return tuple(one for one in self.chosen if one.health == "down")

    @property
    def stale(self) -> tuple[ScrapeTarget, ...]:
        """Those not scraped for three of their intervals."""
        return tuple(one for one in self.chosen if one.age_s is not None and one.age_s > 3 * one.interval_s + 5)

    @property
    def slowest(self) -> ScrapeTarget:
        """The one scraped most seldom.  Unobservable: there is none."""
        if not self.chosen:
            raise Unobservable("nothing of this Flower is scraped")
        return max(self.chosen, key=lambda one: one.interval_s)

    def difference_from(self, online: Collection[str]) -> str:
        """How what Prometheus shows differs from the workers that are online; empty where it does not.

        danihodovic's exporter knows host names only, OvalMoney's a number only.  Unobservable: none was scraped yet.
        """
        self._scraped()
        if self.online is not None:
            dead, unseen = sorted(self.online - set(online)), sorted(set(online) - self.online)
            said = [f"shows {', '.join(dead[:3])} online, which is not"] if dead else []
            return "; ".join([*said, *([f"does not show {', '.join(unseen[:3])}"] if unseen else [])])
        if self.hosts_up is not None:
            hosts = {name.partition("@")[2] or name for name in online}
            return "" if hosts == self.hosts_up else f"shows the hosts {', '.join(sorted(self.hosts_up)) or 'none'}"
        if self.counted is not None:
            return "" if self.counted == len(online) else f"counts {self.counted}"
        return "shows none" if online else ""

    def _scraped(self) -> None:
        if self.chosen and all(one.health == "unknown" for one in self.chosen):
            raise Unobservable(f"{self.chosen[0].url} has not been scraped yet")


@fact()
def prometheus_targets(  # noqa: PLR0917 - other facts, given by name
    prometheus: PrometheusServer,
    series: Seen,
    target: Target,
    local_prometheus: LocalPrometheus | None = None,
    site: Site | Unobservable | None = None,
    options: Options | Unobservable | None = None,
) -> PrometheusTargets:
    """Source: /api/v1/targets, and which of them serve Flower's or an exporter's series.

    Unobservable: several Flowers are scraped and none of them is named like this host.
    """
    names = {connection_host(target.connection or ""), split_url(target.url or "").hostname or ""}
    names |= {site.origin.host, site.machine, *site.addresses} if isinstance(site, Site) else set()
    if local_prometheus is not None and local_prometheus.server is prometheus:
        names |= LOOPBACK
    port = _port(options) if isinstance(options, Options) else DEFAULT_PORT
    if prometheus.targets is None:
        raise Unobservable(f"{prometheus.url} does not tell what it scrapes")
    candidates = [one for one in prometheus.targets if _candidate(one, series, port)]
    chosen = _of_this_host(candidates, names - {""})
    places = {(one.job, one.instance) for one in chosen}
    online = [workers for place, workers in series.online.items() if place in places]
    hosts_up = [hosts for place, hosts in series.hosts_up.items() if place in places]
    counted = [number for place, number in series.counted.items() if place in places]
    return PrometheusTargets(
        prometheus=prometheus.url,
        total=len(prometheus.targets),
        chosen=tuple(chosen),
        flower_port=port,
        online=frozenset().union(*online) if online else None,
        hosts_up=frozenset().union(*hosts_up) if hosts_up else None,
        counted=sum(counted) if counted else None,
    )


def _port(options: Options) -> int:
    try:
        return options.port
    except Unobservable:
        return DEFAULT_PORT


def _candidate(one: ScrapeTarget, series: Seen, flower_port: int) -> bool:
    port = split_url(one.url).port
    return (
        (one.job, one.instance) in series.scraped
        or port == flower_port
        or port in EXPORTER_PORTS
        or bool(NAMED.search(f"{one.job} {one.url}"))
    )


def _of_this_host(candidates: list[ScrapeTarget], names: Collection[str]) -> list[ScrapeTarget]:
    """Those on this host, else the only one there is."""
    short = {name.partition(".")[0] for name in names if not name.replace(".", "").isdigit()}

    def here(one: ScrapeTarget) -> bool:
        hosts = {split_url(one.url).hostname or "", one.instance.rpartition(":")[0].strip("[]")}
        return bool(hosts & set(names)) or bool({host.partition(".")[0] for host in hosts} & short)

    found = [one for one in candidates if here(one)]
    if found:
        return found
    if len({split_url(one.url).hostname for one in candidates}) > 1:
        shown = ", ".join(one.instance for one in candidates[:4])
        raise Unobservable(f"which of the scraped Flowers ({shown}) is this one cannot be told by their names")
    return candidates
