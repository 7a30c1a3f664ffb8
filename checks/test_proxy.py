"""The reverse proxy in front of Flower, as it is configured on the host.  PYTEST_DONT_REWRITE."""

from flower_audit.check import Finding, check, only_if
from flower_audit.errors import Unobservable
from flower_audit.facts.configuration_test import ConfigurationTest
from flower_audit.facts.fronting import Fronting
from flower_audit.facts.host_header import HostHeader
from flower_audit.facts.proxy import Proxy
from flower_audit.facts.rate_limit import RateLimit
from flower_audit.facts.version import Version
from flower_audit.facts.websocket_upgrade import WebsocketUpgrade
from flower_audit.model import Severity
from flower_audit.parsers.nginx_advice import FORWARDED
from flower_audit.policy import Policy

SECTION = "Reverse Proxy Configuration"


@check("proxy.present", severity=Severity.HIGH, section=SECTION, covers=("Reverse proxy setup",))
def test_proxy_is_present(fronting: Fronting) -> None:
    """A reverse proxy fronts Flower.

    Why: Flower by itself has no request limit, no security headers, and a new certificate needs a restart.
    Fix: put nginx or Caddy in front, and let Flower listen on 127.0.0.1.
    Source: https://flower.readthedocs.io/en/latest/reverse-proxy.html
    """
    assert fronting.by, Finding(
        "people open Flower's own port", wanted="nginx, Caddy or another proxy in front", fix=fronting.advice
    )
    program = fronting.by.partition(" ")[0]
    assert not fronting.stopped, Finding(
        "the proxy is set up and does not run",
        wanted=f"{program} running",
        where=fronting.stopped,
        fix=f"systemctl enable --now {program}; if it does not start, `journalctl -u {program} -n 20` says why",
    )


@check("proxy.valid", severity=Severity.HIGH, section=SECTION)
def test_proxy_configuration_is_valid(configuration_test: ConfigurationTest) -> None:
    """The proxy's configuration is accepted by the proxy.

    Why: a broken file changes nothing until the next restart or reboot, and then nothing comes up.
    Fix: `nginx -t`, or `caddy adapt --config /etc/caddy/Caddyfile`, says the line; correct it and reload.
    Source: https://nginx.org/en/docs/switches.html
    """
    assert configuration_test.passed, Finding(
        configuration_test.problem,
        wanted=f"a file that {configuration_test.kind} accepts",
        where=configuration_test.config,
        fix=configuration_test.fix,
    )


@check("proxy.site-enabled", severity=Severity.CRITICAL, section=SECTION)
def test_site_is_enabled(proxy: Proxy) -> None:
    """The site that fronts Flower is part of the loaded configuration.

    Why: a file in sites-available alone does nothing; another site with the same name answers in its place.
    Fix: `ln -s /etc/nginx/sites-available/flower /etc/nginx/sites-enabled/ && nginx -t && systemctl reload nginx`.
    Source: https://nginx.org/en/docs/http/server_names.html
    """
    broken, act = (proxy.dangling or ("",))[0], "reload" if proxy.running else "restart"
    place = f"-sf {proxy.file} {broken}" if broken else f"-s {proxy.file} /etc/nginx/sites-enabled/"
    link = f"ln {place} && nginx -t && systemctl {act} nginx"
    load = link if proxy.kind == "nginx" else f"caddy reload --config {proxy.config}"
    assert proxy.enabled or not broken, Finding(
        f"this site is not loaded, and {broken} leads nowhere",
        wanted="a loaded site",
        where=proxy.server_where,
        fix=load,
    )
    assert proxy.enabled, Finding("this site is not loaded", wanted="a loaded site", where=proxy.server_where, fix=load)
    assert not proxy.shadowed, Finding(
        proxy.shadowed,
        wanted="this site answers for its own names",
        where=proxy.server_where,
        fix="remove what answers first, or its name there; then `nginx -t && systemctl reload nginx`",
    )


@check("proxy.running-matches-files", severity=Severity.HIGH, section=SECTION)
def test_running_proxy_matches_its_files(proxy: Proxy) -> None:
    """The running proxy was loaded from its files as they are now.

    Why: what was changed and not reloaded is not in force, and comes into force by surprise with the next reload.
    Fix: `nginx -t && systemctl reload nginx`, or `systemctl reload caddy`.
    Source: https://nginx.org/en/docs/control.html
    """
    only_if(proxy.running, f"{proxy.kind} does not run")
    only_if(proxy.valid is not False, "the files cannot be loaded as they are: see proxy.valid")
    if proxy.moved and not proxy.changed:
        raise Unobservable(f"{proxy.moved[0]} was moved or re-owned since the last reload; what was in it is not known")
    assert not proxy.changed, Finding(
        f"changed after the last reload: {', '.join(proxy.changed[:5])}",
        wanted="a reload after the last change",
        where=proxy.config,
        fix="nginx -t && systemctl reload nginx; where that changes nothing, the error log says why (a zone with "
        "another key or size needs a restart)"
        if proxy.kind == "nginx"
        else "systemctl reload caddy",
    )


@check("proxy.forwarded-headers", severity=Severity.MEDIUM, section=SECTION)
def test_proxy_forwards_who_asks(proxy: Proxy) -> None:
    """The proxy tells Flower who asks and over which scheme.

    Why: else every request comes from 127.0.0.1 for Flower and its log (Flower reads them with `xheaders`).
    Fix: set X-Real-IP, X-Forwarded-For and X-Forwarded-Proto in Flower's location: one line there drops inherited ones.
    Source: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header
    """
    missing = proxy.missing_headers
    assert not missing, Finding(
        f"not sent to Flower: {', '.join(missing)}",
        wanted=f"{' and '.join(missing)} in effect",
        where=proxy.where,
        fix=proxy.fix("\n".join(FORWARDED), "remove the `header_up -X-Forwarded-…` lines of its reverse_proxy"),
    )


@check("proxy.websocket", severity=Severity.MEDIUM, section=SECTION)
def test_proxy_passes_websockets(websocket_upgrade: WebsocketUpgrade, version: Version, policy: Policy) -> None:
    """WebSocket connections come through the proxy.

    Why: Flower up to 1.0 updates its pages over them; without the lines the pages stand still. From outside its own
    sockets tell; later ones have none, and only the proxy's files tell (a connection to the host).
    Fix: `proxy_http_version 1.1`, `proxy_set_header Upgrade $http_upgrade` and `Connection "upgrade"` in the location.
    Source: https://nginx.org/en/docs/http/websocket.html
    """
    needed = policy.websocket == "required" or version.before("1.1")
    only_if(needed, f"Flower {version} has no WebSocket: 1.1 removed them")
    lines = 'proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection "upgrade";'
    found, proxy = websocket_upgrade, websocket_upgrade.proxy
    assert found.passes, Finding(
        "a request to switch to WebSocket is not passed on",
        wanted="HTTP/1.1 with Upgrade and Connection",
        where=found.where,
        fix=proxy.fix(lines, "reverse_proxy passes them by itself") if proxy else "",
    )


@check("proxy.host-header", severity=Severity.MEDIUM, section=SECTION)
def test_flower_sees_the_browsers_host(host_header: HostHeader, version: Version) -> None:
    """Flower sees the host name that the browser asked for.

    Why: since 2.2 Flower compares it with the request's origin, and refuses the buttons of its own pages otherwise.
    The proxy's files tell (a connection to the host), or a POST that stops nothing (`--flower-active`): no GET does.
    Fix: `proxy_set_header Host $http_host;` in Flower's location.
    Source: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header
    """
    only_if(not version.before("2.2"), f"Flower {version} does not compare the host with the request's origin")
    found, proxy = host_header, host_header.proxy
    nginx, caddy = "proxy_set_header Host $http_host;", "remove the `header_up Host …` line of its reverse_proxy"
    fix = proxy.fix(nginx, caddy) if proxy else ""
    assert not found.defect, Finding(found.defect, wanted="the Host of the browser", where=found.where, fix=fix)


@check("proxy.timeouts", severity=Severity.LOW, section=SECTION)
def test_proxy_waits_long_enough(proxy: Proxy, policy: Policy) -> None:
    """The proxy waits for Flower's slow answers.

    Why: asking all workers takes as long as the slowest; a proxy that gives up first shows 504.
    Fix: `proxy_send_timeout 60s; proxy_read_timeout 60s;` (nginx's own default), or leave them out.
    Source: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout
    """
    least = policy.proxy_timeout_min_seconds
    short = [f"{name} {seconds:g}s" for name, seconds in proxy.short_timeouts.items() if seconds < least]
    fix = proxy.fix(
        f"proxy_send_timeout {least}s;\nproxy_read_timeout {least}s;",
        "remove read_timeout and write_timeout of its `transport http`",
    )
    assert not short, Finding(
        ", ".join(short), wanted=f"at least {least}s", where=proxy.timeouts.where or proxy.where, fix=fix
    )


@check("proxy.access-control", severity=Severity.MEDIUM, section=SECTION)
def test_proxy_controls_access(proxy: Proxy, policy: Policy) -> None:
    """The proxy lets only known networks or people to Flower, where the policy asks for it.

    Why: a network rule in front holds when a password leaks; a rule that covers half of the paths holds nothing. Only
    the files tell: one who is let in from outside may be one of those who should be.
    Fix: `allow 10.0.0.0/8; deny all;` in Flower's location; Caddy: a `remote_ip` matcher around its reverse_proxy.
    Source: https://nginx.org/en/docs/http/ngx_http_access_module.html
    """
    asked = policy.access_control == "required"
    only_if(asked or bool(proxy.unguarded), "the policy asks for no access control in the proxy")
    assert not proxy.unguarded, Finding(
        f"without the login of the other paths: {', '.join(proxy.unguarded)}", wanted="every path", where=proxy.where
    )
    lines = proxy.fix("allow 10.0.0.0/8;\ndeny all;", "@strangers not remote_ip 10.0.0.0/8\nabort @strangers")
    guarded = proxy.restricted or proxy.authentication is not None
    assert guarded, Finding("everybody is let through", wanted="allow and deny", where=proxy.where, fix=lines)
    doors = [f"{site.as_door} and lets everybody through" for site in proxy.open_doors]
    assert not doors, Finding("; ".join(doors[:2]), wanted="no other way, or one as guarded", where=proxy.config)


@check("proxy.rate-limit", severity=Severity.MEDIUM, section=SECTION, covers=("Rate limiting configured",))
def test_proxy_limits_requests(rate_limit: RateLimit, policy: Policy) -> None:
    """A request limit is in effect where Flower is proxied.

    Why: Flower answers any number of wrong logins, logs none of them and locks nobody out.
    Fix: nginx: `limit_req_zone …` in http and `limit_req zone=flower burst=200 nodelay;` in the location.
    Source: https://nginx.org/en/docs/http/ngx_http_limit_req_module.html
    """
    only_if(policy.rate_limit == "required", "the policy asks for no request limit in the proxy")
    defect, proxy = rate_limit.defect, rate_limit.proxy
    nginx = "limit_req zone=flower burst=200 nodelay;  # and `limit_req_zone … zone=flower:1m rate=20r/s;` in http"
    caddy = "rate_limit …  # of the module github.com/mholt/caddy-ratelimit: Caddy itself has none"
    fix = proxy.fix(nginx, caddy) if proxy else ""
    assert not defect, Finding(defect, wanted="a limit in effect", where=rate_limit.where, fix=fix)
