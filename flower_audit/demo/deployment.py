"""What is deployed: the configuration files of each program, and the gaps left in them on purpose."""

import json
from dataclasses import dataclass
from pathlib import Path

USER = "admin"
WORKER = "worker@demo"
CERTIFICATE_DAYS_LEFT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A fault left in the demo on purpose, as found in real deployments.  `check` is the check that should say so."""

    check: str
    what: str
    why: str


GAPS = (
    Gap(
        check="https.expires-later",
        what=f"the certificate ends in {CERTIFICATE_DAYS_LEFT} days and nothing renews it",
        why="it was copied to the server by hand once; the day it ends people learn to click warnings away",
    ),
    Gap(
        check="https.hsts",
        what="no Strict-Transport-Security header",
        why="a browser that is sent to http:// first can be kept there, and basic auth then travels in clear text",
    ),
    Gap(
        check="https.headers",
        what="neither frame-ancestors nor X-Frame-Options, and no Referrer-Policy",
        why='a foreign page can frame Flower and have a logged-in operator click on "Shut Down"',
    ),
    Gap(
        check="https.no-version-leak",
        what="the Server header of Flower's web framework, with its version, passes through the proxy",
        why="it tells a scanner which published holes to try",
    ),
    Gap(
        check="monitoring.metrics-not-public",
        what="/metrics answers everybody through the proxy",
        why="Flower never asks a password there: names of workers and tasks and their failures are public",
    ),
    Gap(
        check="auth.cookie-flags",
        what="the cookie that Flower sets passes through the proxy without Secure",
        why="without HSTS a browser also sends it over plain http, where anybody on the way can read it",
    ),
    Gap(
        check="persistence.path-durable",
        what="the database lies below the temporary directory",
        why="systems clean that up by themselves, and with it the history of the tasks",
    ),
    Gap(
        check="proxy.rate-limit",
        what="no rate limit in the proxy",
        why="Flower neither slows down nor logs wrong passwords: a hundred guesses take a third of a second",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The loopback ports of the deployment, one each."""

    broker: int
    flower: int
    https: int
    http: int


def redis_conf(ports: Ports, password: str) -> str:
    """Return redis.conf: loopback, a password, nothing kept on disk.  Valkey reads the same file."""
    return f"""\
bind 127.0.0.1
port {ports.broker}
requirepass {password}
maxmemory-policy noeviction
save ""
appendonly no
daemonize no
"""


def broker_url(ports: Ports, password: str) -> str:
    """Return the URL that Flower, the worker and the client use."""
    return f"redis://:{password}@127.0.0.1:{ports.broker}/0"


def flowerconfig(ports: Ports, folder: Path) -> str:
    """Return flowerconfig.py.  Secrets are not in it: they come in the environment."""
    return f"""\
address = "127.0.0.1"
port = {ports.flower}
xheaders = True
persistent = True
db = {str(folder / "flower.db")!r}
state_save_interval = 10_000
max_tasks = 10_000
purge_offline_workers = 300
"""


def caddyfile(ports: Ports, folder: Path) -> str:
    """Return the Caddyfile: TLS in front of Flower, and plain http sent there.  Needs Caddy 2.6.

    HTTP/3 is off because it would take a UDP port that nobody reserved.
    """
    certificate, key = json.dumps(str(folder / "tls" / "server.crt")), json.dumps(str(folder / "tls" / "server.key"))
    return f"""\
{{
	admin off
	auto_https off
	storage file_system {json.dumps(str(folder / "caddy"))}
	servers {{
		protocols h1 h2
	}}
}}

https://localhost:{ports.https} {{
	bind 127.0.0.1
	tls {certificate} {key}
	reverse_proxy 127.0.0.1:{ports.flower}
}}

http://localhost:{ports.http} {{
	bind 127.0.0.1
	redir https://localhost:{ports.https}{{uri}} permanent
}}
"""
