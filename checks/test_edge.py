"""What is reached from outside, and what Flower says of its broker and workers.  PYTEST_DONT_REWRITE."""

from flower_audit.check import Finding, check, only_if
from flower_audit.facts.api import Api
from flower_audit.facts.metrics_exposure import MetricsExposure
from flower_audit.facts.ports import Ports
from flower_audit.facts.prefix import Prefix
from flower_audit.facts.reach import Reach
from flower_audit.facts.routes import Routes
from flower_audit.facts.site import Site
from flower_audit.model import Severity
from flower_audit.policy import Policy

PROXY = "Reverse Proxy Configuration"
PLAIN_DEFAULT = "nginx: `server { listen 80 default_server; server_name _; return 444; }` beside the redirecting site"


@check("proxy.reaches-flower", severity=Severity.CRITICAL, section=PROXY, covers=("Reverse proxy setup",))
def test_proxy_reaches_flower(reach: Reach, site: Site) -> None:
    """What is in front of Flower reaches it.

    Why: a proxy that sends elsewhere shows 502, or somebody else's service.
    Fix: compare `proxy_pass` (Caddy: `reverse_proxy`) with the port of `ss -ltnp`; is Flower running?
    Source: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass
    """
    only_if(not site.is_flower_itself, "Flower is opened without a proxy")
    assert not reach.gateway_error, Finding(reach.gateway_error, wanted="an answer of Flower")
    assert not reach.upstream_defect, Finding(reach.upstream_defect, wanted="the address that Flower listens on")


@check("proxy.prefix-consistent", severity=Severity.HIGH, section=PROXY)
def test_prefix_is_consistent(prefix: Prefix) -> None:
    """Pages, their files and the login all work below the prefix.

    Why: `proxy_pass http://…:5555/;` with a slash strips the prefix that Flower was told of: every page is then 404.
    Fix: set `url_prefix` in Flower and write `proxy_pass http://127.0.0.1:5555;` without a slash at its end; in Caddy
    `handle /flower/*`, because `handle_path` strips it.
    Source: https://flower.readthedocs.io/en/latest/config.html#url-prefix
    """
    only_if(prefix.matters, "Flower is served at the root of its host")
    assert not prefix.defect, Finding(
        prefix.defect, wanted=f"all of Flower below {prefix.of_url or '/'}", where=prefix.front.url
    )


@check("proxy.unknown-host", severity=Severity.LOW, section=PROXY)
def test_unknown_host_is_not_served(routes: Routes, site: Site) -> None:
    """A request for another host name, or for the bare address, does not show Flower.

    Why: scanners try addresses; a default server that answers them has nothing to do with Flower.
    Fix: nginx: a `server { listen 443 ssl default_server; server_name _; return 444; }` beside Flower's own.
    Source: https://nginx.org/en/docs/http/request_processing.html
    """
    only_if(not site.is_flower_itself, "Flower is opened without a proxy, and answers to every name")
    shown = routes.shown_to_strangers
    assert not shown, Finding(
        f"shown to {shown[0].way}: {shown[0]}",
        wanted="no answer, or one that is not Flower's",
        where=shown[0].url,
        fix="" if shown[0].url.startswith("https:") else PLAIN_DEFAULT,
    )


@check(
    "network.private-ports-closed",
    severity=Severity.CRITICAL,
    section="Production Deployment",
    covers=("Firewall rules configured", "Check port availability"),
)
def test_private_ports_are_closed(ports: Ports) -> None:
    """Flower's own port, the broker, exporters and monitoring do not answer from outside.

    Why: Flower's own port goes round TLS and the proxy; the broker's hands over the whole task queue.
    Fix: listen on 127.0.0.1 (`FLOWER_ADDRESS=127.0.0.1`, `bind 127.0.0.1`), and close the rest: `ufw default deny`.
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/
    """
    found = ports.open
    assert not found, Finding(
        f"open: {', '.join(map(str, found))}",
        wanted="refused or no answer",
        where=", ".join(sorted({one.address for one in found})),
    )


@check("monitoring.metrics-not-public", severity=Severity.MEDIUM, section="Monitoring Integration")
def test_metrics_are_not_public(metrics_exposure: MetricsExposure) -> None:
    """Flower's metrics are not shown to the public side.

    Why: since 1.1 Flower asks no password there; names of tasks, workers and hosts are told to anybody.
    Fix: nginx: `location = /metrics { allow 127.0.0.1; deny all; … }`; let Prometheus ask Flower's own port.
    Source: https://github.com/mher/flower/issues/1342
    """
    assert not metrics_exposure.shown, Finding(
        f"{metrics_exposure.status} without credentials", wanted="401, 403 or 404", where=metrics_exposure.url
    )


@check(
    "workers.visible",
    severity=Severity.HIGH,
    section="Troubleshooting",
    covers=("Check broker URL matches",),
)
def test_workers_are_visible(api: Api, policy: Policy) -> None:
    """Flower sees workers online.

    Why: with another broker or database than the workers', Flower answers 200 everywhere and shows nothing.
    Fix: compare Flower's broker URL with the workers', then `celery -b URL inspect ping`.
    Source: https://flower.readthedocs.io/en/latest/api.html#get--api-workers
    """
    online = api.online
    assert len(online) >= policy.workers_min, Finding(
        f"{len(online)} of {len(api.workers or {})} known workers online",
        wanted=f"at least {policy.workers_min}",
        where="/api/workers",
    )


@check(
    "workers.broker-seen-by-flower",
    severity=Severity.HIGH,
    section="Troubleshooting",
    covers=("Check broker connectivity",),
)
def test_flower_sees_its_broker(api: Api) -> None:
    """Flower reads its broker's queues.

    Why: /healthcheck says OK whatever happens; that the broker answers shows only here.
    Fix: read `journalctl -u flower` for the broker's complaint; RabbitMQ needs `broker_api` with its management plugin.
    Over `rediss://` Flower looks for the CA among the system's, or in `broker_use_ssl` of `-A app`, not in the URL.
    Source: https://flower.readthedocs.io/en/latest/api.html#get--api-queues-length
    """
    complaint = api.broker_complaint
    assert not complaint, Finding(complaint, wanted="the lengths of the queues", where="/api/queues/length")
