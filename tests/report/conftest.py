"""Reports to render: like a real audit, of a fleet, of hostile strings, one that passes, one of a dead host.

`FLOWER_AUDIT_REFRESH=1 pytest tests/report` writes the golden files anew.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from flower_audit.check import Finding
from flower_audit.model import (
    AuditedTarget,
    Change,
    Comparison,
    Evidence,
    Outcome,
    Report,
    Result,
    Severity,
    Statement,
    Tool,
    WaiverState,
    WaiverUse,
)
from flower_audit.policy import Policy
from flower_audit.report.summary import summarise

GOLDEN = Path(__file__).parent / "golden"
REFRESH = bool(os.environ.get("FLOWER_AUDIT_REFRESH"))

AUTH, PRODUCTION, PROXY, TLS = (
    "Authentication Setup",
    "Production Deployment",
    "Reverse Proxy Configuration",
    "SSL/TLS Setup",
)
BASIC, MONITORING, TROUBLE = "Basic Configuration", "Monitoring Integration", "Troubleshooting"

ASK_BROKER = "# Ask the broker as Flower would; its password goes to the broker alone.\n" + "\n".join(
    f"exec /usr/bin/python3 -I -S -c 'line {number} of a long reader'" for number in range(60)
)

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "</script><script>alert(3)</script><!--",
    "{{ 7*7 }}{% raw %}",
    "\x1b[2J\x1b]0;owned\x07 \r\nFAKE: gate passed\x9b31m",
    "\u202egnp.exe\u202c \u200b\ufeff",
    '=HYPERLINK("http://evil.example/","open")',
    "]]><evil/>&amp;",
    "| a | b |\n# heading ![x](http://evil.example/x.png) [l](javascript:alert(4)) ``` ~~~ @someone #1",
    'job="x",y="z"}\n flower_audit_gate_passed 1',
    "::error file=a::owned\n##vso[task.setvariable]",
)


def ran(source: str, excerpt: str = "", status: int = 0, **more: object) -> Evidence:
    told = {"duration_s": 0.012, "total_bytes": len(excerpt), **more}
    return Evidence.model_validate({"kind": "command", "source": source, "status": status, "excerpt": excerpt, **told})


def asked(source: str, status: int | None, excerpt: str = "", **more: object) -> Evidence:
    told = {"duration_s": 0.034, "total_bytes": len(excerpt), **more}
    return Evidence.model_validate({"kind": "request", "source": source, "status": status, "excerpt": excerpt, **told})


def judged(check: str, outcome: str, severity: str, section: str, title: str, **more: object) -> Result:
    told = {
        "target": "production",
        "why": "An attacker, or the next outage, will use it.",
        "fix": "See the guide's chapter.",
    }
    fields = {
        "check": check,
        "outcome": outcome,
        "severity": severity,
        "section": section,
        "title": title,
        "duration_s": 0.002,
    }
    result = Result.model_validate({**told, **fields, **more})
    if result.outcome in {Outcome.FAIL, Outcome.WAIVED}:
        said = str(Finding(result.observed, result.wanted, result.where))
        return result.model_copy(update={"message": f"{said}; {result.message}" if result.message else said})
    return result.model_copy(update={"observed": result.message})


def production() -> list[Result]:
    unit = "/etc/systemd/system/flower.service"
    shown = ran(
        'systemctl show "$unit" --property=LoadState,User,Group,MemoryMax,CPUQuotaPerSecUSec',
        "LoadState=loaded\nUser=root\nGroup=\nMemoryMax=infinity\nCPUQuotaPerSecUSec=infinity\n",
    )
    return [
        judged(
            "auth.pages-require-login",
            "fail",
            "critical",
            AUTH,
            "Every page asks for a login before it shows anything",
            covers=["Authentication enabled"],
            observed="6 of 6 pages answer 200 with their contents without credentials: /, /workers, /tasks, /broker …",
            wanted="401, or a redirect to the login",
            where="https://flower.example.com/",
            why="Flower shows task arguments and can shut workers down; without a login anybody can do both.",
            fix="Put `FLOWER_BASIC_AUTH=<user>:<long password>` into /opt/flower/.env (mode 0600), "
            "then `systemctl restart flower.service`.",
            source="Flower documentation, Authentication; tornado 401 handling in flower/views/__init__.py.",
            evidence=[
                asked(
                    "GET https://flower.example.com/",
                    200,
                    '<!DOCTYPE html>\n<html lang="en">\n<title>Flower</title>\n…',
                ),
                asked("GET https://flower.example.com/workers", 200, "<title>Workers</title>"),
            ],
        ),
        judged(
            "service.unprivileged-user",
            "fail",
            "high",
            PRODUCTION,
            "Flower runs as a dedicated unprivileged user",
            covers=["Systemd service installed and enabled"],
            observed="User=root",
            wanted="a dedicated system user",
            where=unit,
            why="Whoever takes over the web UI inherits the rights of its process.",
            fix="`useradd --system --shell /usr/sbin/nologin flower`, set `User=flower` and `Group=flower` in "
            f"{unit}, then `systemctl daemon-reload && systemctl restart flower.service`.",
            source="systemd.exec(5), User=.",
            evidence=[shown],
        ),
        judged(
            "network.private-ports-closed",
            "fail",
            "critical",
            PRODUCTION,
            "Flower, broker and metrics ports refuse connections from outside",
            covers=["Firewall rules configured"],
            observed="port 5555 accepts connections from where the audit runs",
            wanted="refused or filtered",
            where="198.51.100.7:5555",
            why="It bypasses the proxy with its TLS, rate limit and access rules.",
            fix="Set `FLOWER_ADDRESS=127.0.0.1` in /opt/flower/.env and `systemctl restart flower.service`.",
            source="Flower configuration reference, address.",
        ),
        judged(
            "https.http-redirects",
            "pass",
            "critical",
            TLS,
            "Port 80 redirects to https before any content",
            covers=["HTTPS configured"],
            evidence=[asked("GET http://flower.example.com/", 301, "Location: https://flower.example.com/")],
        ),
        judged(
            "https.trusted", "pass", "critical", TLS, "The certificate chain is trusted", covers=["HTTPS configured"]
        ),
        judged(
            "https.expires-later",
            "fail",
            "high",
            TLS,
            "The certificate has more than 21 days left",
            covers=["HTTPS configured"],
            observed="expires on 2026-11-30 (8 days left)",
            wanted="more than 21 days",
            where="/etc/letsencrypt/live/flower.example.com/fullchain.pem",
            fix="`systemctl enable --now certbot.timer && certbot renew`",
            source="RFC 5280, 4.1.2.5.",
        ),
        judged("https.modern-protocols", "pass", "high", TLS, "TLS 1.2 or 1.3 is offered, older protocols are refused"),
        judged(
            "https.hsts",
            "waived",
            "medium",
            TLS,
            "HSTS is sent on every answer, for a year at least",
            covers=["Security headers enabled"],
            observed="no Strict-Transport-Security header",
            wanted="max-age of 31536000 or more",
            message="waived until 2026-12-31 by A. Admin: the parent domain still serves http",
        ),
        judged(
            "https.headers",
            "fail",
            "medium",
            TLS,
            "Security headers are on every answer",
            observed="X-Frame-Options missing on 401",
        ),
        judged(
            "https.no-version-leak",
            "fail",
            "low",
            TLS,
            "Server names no version",
            observed="Server: nginx/1.22.1",
            message="its waiver ended on 2026-10-31",
            fix="`server_tokens off;`",
            source="https://nginx.org/en/docs/http/ngx_http_core_module.html#server_tokens",
        ),
        judged(
            "proxy.rate-limit",
            "unknown",
            "medium",
            PROXY,
            "A rate limit is in effect for Flower",
            covers=["Rate limiting configured"],
            message="nginx -T needs root: run with --sudo",
        ),
        judged(
            "network.firewall-active",
            "unknown",
            "high",
            PRODUCTION,
            "A firewall with a default of deny is active",
            covers=["Firewall rules configured"],
            message="nft list ruleset: Operation not permitted (you must be root); run with --sudo",
            evidence=[ran("nft -j list ruleset", "Operation not permitted (you must be root)", 1)],
        ),
        judged("proxy.present", "pass", "high", PROXY, "A reverse proxy fronts Flower", covers=["Reverse proxy setup"]),
        judged("proxy.forwarded-headers", "pass", "medium", PROXY, "The proxy forwards host, address and protocol"),
        judged(
            "proxy.websocket",
            "not_applicable",
            "medium",
            PROXY,
            "WebSocket upgrades pass the proxy",
            message="Flower 2.2.0 has no WebSocket",
        ),
        judged("service.enabled", "pass", "high", PRODUCTION, "The service starts at boot", evidence=[shown]),
        judged(
            "service.memory-limit",
            "fail",
            "medium",
            PRODUCTION,
            "Memory is limited",
            observed="MemoryMax=infinity",
            where=unit,
        ),
        judged("service.hardening", "pass", "low", PRODUCTION, "The unit is hardened"),
        judged("auth.format-valid", "pass", "high", AUTH, "basic_auth is well formed"),
        judged("auth.oauth-complete", "not_applicable", "high", AUTH, "OAuth is complete", message="OAuth is not used"),
        judged("config.options-known", "pass", "medium", BASIC, "Every option exists in this version"),
        judged(
            "persistence.readable",
            "bug",
            "high",
            BASIC,
            "The database is whole",
            message="KeyError: 'page_size' in flower_audit/facts/database.py, line 88",
        ),
        judged(
            "broker.reachable",
            "pass",
            "critical",
            TROUBLE,
            "The broker answers.",
            covers=["Check broker connectivity"],
            evidence=[ran(ASK_BROKER, "redis 7.2.5\nmaxmemory-policy noeviction\n")],
        ),
        judged("workers.visible", "pass", "high", TROUBLE, "Workers are online"),
        judged(
            "monitoring.target-up",
            "not_run",
            "high",
            MONITORING,
            "Prometheus scrapes Flower",
            covers=["Monitoring integrated"],
            message="needs --flower-prometheus",
        ),
        judged(
            "alerting.rules-loaded",
            "not_run",
            "high",
            MONITORING,
            "Alert rules are loaded",
            message="needs --flower-prometheus",
        ),
        judged(
            "alerting.delivered",
            "not_run",
            "high",
            MONITORING,
            "Alerts reach somebody",
            message="needs --flower-alertmanager",
        ),
        judged("monitoring.metrics-served", "pass", "medium", MONITORING, "Metrics are served", case="/metrics"),
        judged(
            "people.documentation",
            "manual",
            "low",
            PRODUCTION,
            "A runbook exists and is current",
            covers=["Documentation updated"],
            message="no statement is in force",
        ),
        judged(
            "people.access-tested",
            "manual",
            "low",
            AUTH,
            "The team has tested its access",
            message="the statement ended on 2026-10-01",
        ),
    ]


def target(name: str = "production", **more: object) -> AuditedTarget:
    told = {
        "name": name,
        "url": "https://flower.example.com/",
        "connection": "ssh://audit@flower1.internal",
        "looked_as": "audit, without root",
        "ways": ["host", "statement", "url"],
        "found": {"Flower": "2.2.0", "Celery": "5.5.3", "nginx": "1.22.1", "Debian": "12"},
        "requests": [
            asked("GET https://flower.example.com/", 200),
            ran("ps -eo pid,ppid,user,args", "1 0 root /sbin/init\n"),
        ],
    }
    return AuditedTarget.model_validate({**told, **more})


def reported(results: list[Result], targets: list[AuditedTarget], fail_on: Severity = Severity.HIGH) -> Report:
    summary, gate = summarise(results, fail_on)
    return Report(
        tool=Tool(version="0.1.0"),
        started_at="2026-11-22T09:30:00Z",
        duration_s=2.41,
        targets=tuple(targets),
        summary=summary,
        gate=gate,
        policy=Policy().model_dump(),
        results=tuple(results),
    )


def single() -> Report:
    return reported(production(), [target()])


def compared() -> Report:
    """Against a baseline, with waivers in every state."""
    base = single()

    def changed(check: str, before: Outcome | None, after: Outcome | None, title: str = "A rule") -> Change:
        return Change(check=check, target="production", severity=Severity.HIGH, title=title, before=before, after=after)

    baseline = Comparison(
        started_at="2026-11-15T09:30:00Z",
        tool=Tool(version="0.1.0"),
        new_failures=(
            changed("https.expires-later", Outcome.PASS, Outcome.FAIL, "The certificate does not expire soon."),
        ),
        newly_unknown=(changed("network.firewall-active", Outcome.PASS, Outcome.UNKNOWN, HOSTILE[0]),),
        fixed=(changed("service.enabled", Outcome.FAIL, Outcome.PASS),),
        added=(changed("monitoring.metrics-served", None, Outcome.PASS),),
        removed=(changed("config.debug-off", Outcome.PASS, None),),
        unchanged=25,
    )
    waivers = tuple(
        WaiverState(
            check=check,
            target=target,
            reason="the parent domain still serves http",
            approver="A. Admin",
            granted="2026-06-01",
            until=until,
            days_left=days,
            use=use,
            remark=remark,
        )
        for check, target, until, days, use, remark in (
            ("https.hsts", "*", "2026-11-30", 8, WaiverUse.IN_FORCE, "it covers 1 broken rule"),
            ("https.no-*", "production", "2026-10-31", -22, WaiverUse.ENDED, "it ended on 2026-10-31"),
            ("htps.hsts", "*", "2026-12-31", 39, WaiverUse.MATCHES_NOTHING, HOSTILE[1]),
        )
    )
    attestations = (
        Statement(
            target="production",
            check="people.restore-tested",
            by="Kim <b>",
            date="2026-10-01",
            valid_days=180,
            link="https://wiki.example.com/restore",
        ),
        Statement(target="production", check="people.documentation", by="Sasha", date="2026-11-02"),
    )
    return base.model_copy(update={"baseline": baseline, "waivers": waivers, "attestations": attestations})


def healthy() -> Report:
    results = [
        result for result in production() if result.outcome in {Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.WAIVED}
    ]
    return reported(results, [target(looked_as="audit with sudo")])


def fleet(size: int = 3) -> Report:
    """Several targets, each a little better than the one before."""
    results: list[Result] = []
    for number in range(size):
        for position, result in enumerate(production()):
            mended = result.outcome is Outcome.FAIL and position % (size + 1) < number
            update = {"target": f"flower-{number + 1}"} | (
                {"outcome": Outcome.PASS, "observed": "", "message": ""} if mended else {}
            )
            results.append(result.model_copy(update=update))
    return reported(
        results,
        [target(f"flower-{number + 1}", url=f"https://flower-{number + 1}.example.com/") for number in range(size)],
    )


def dead() -> Report:
    """A host that cannot be reached: every check of it is unknown for one reason, and nothing gives a verdict."""
    reason = "cannot reach flower1.internal over ssh: Connection refused"
    results = [
        judged(result.check, "unknown", result.severity, result.section, result.title, message=reason)
        for result in production()
        if result.outcome is not Outcome.NOT_RUN
    ]
    return reported(results, [target(looked_as="", found={}, requests=[])])


def hostile() -> Report:
    """Every text of the report holds something that a careless renderer would obey."""
    everything = " ".join(HOSTILE)
    evil = Evidence(
        kind="command", source=everything, status=1, duration_s=0.1, excerpt=everything, total_bytes=99, truncated=True
    )
    results = [
        Result(
            check=f"evil.number-{number}",
            target=everything,
            case=text,
            outcome=list(Outcome)[number % len(Outcome)],
            severity=Severity.HIGH,
            section=text,
            covers=(text,),
            title=text,
            message=text,
            observed=text,
            wanted=text,
            where=text,
            why=text,
            fix=text,
            source=text,
            evidence=(evil,),
        )
        for number, text in enumerate(HOSTILE)
    ]
    named = AuditedTarget(
        name=everything,
        url=everything,
        connection=everything,
        looked_as=everything,
        found={everything: everything},
        requests=(evil,),
    )
    return reported(results, [named])


REPORTS: dict[str, Callable[[], Report]] = {
    "single": single,
    "compared": compared,
    "healthy": healthy,
    "fleet": fleet,
    "dead": dead,
    "hostile": hostile,
}


@pytest.fixture(params=sorted(REPORTS))
def named_report(request: pytest.FixtureRequest) -> tuple[str, Report]:
    return request.param, REPORTS[request.param]()


@pytest.fixture
def sample() -> Report:
    return single()


@pytest.fixture
def reports() -> dict[str, Callable[[], Report]]:
    return REPORTS


@pytest.fixture
def hostile_strings() -> tuple[str, ...]:
    return HOSTILE


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with a golden file, or write it anew when asked to.

    The file's name says the report it was made of and the exit status of an audit with that report.
    """

    def compare(name: str, text: str) -> None:
        sample_name, _, suffix = name.partition(".")
        path = GOLDEN / f"{sample_name}.exit{0 if REPORTS[sample_name]().gate.passed else 1}.{suffix}"
        if REFRESH:
            path.write_bytes(text.encode())
        assert text == path.read_bytes().decode(), f"{path.name} differs: FLOWER_AUDIT_REFRESH=1 writes it anew"

    return compare
