"""Where Flower's broker is, from how it was started; the password does not come out."""

from dataclasses import dataclass

from packaging.version import Version

from flower_audit.parsers.celery_command_line import broker_given, split_url
from flower_audit.parsers.flower_start import Start

CELERY_5_SINCE = Version("1.0.0")
"""Flower from here on runs on Celery 5, which takes its options before the subcommand only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerUrl:
    """A broker without its password.

    Shape: `database` is the Redis database number or the AMQP virtual host as text; `path` a unix socket's; `where` is
    `-b`, the variable that holds the URL, or `default`; `defects` are sentences; `alternates` counts further URLs.
    """

    scheme: str
    host: str
    port: int | None
    database: str = ""
    path: str = ""
    username: str = ""
    has_password: bool = False
    uses_default_account: bool = False
    defects: tuple[str, ...] = ()
    alternates: int = 0
    where: str = ""


def broker_of(start: Start, release: Version) -> tuple[BrokerUrl | None, str]:
    """The broker and an empty sentence, or None and why it cannot be known."""
    url, where = broker_given(list(start.argv), dict(start.environ), "flower", legacy=release < CELERY_5_SINCE)
    if not url or (where == "default" and start.has_celeryconfig):
        return None, "the application's own code or celeryconfig.py decides the broker, which is not run to find out"
    return broker_url(url, where), ""


def broker_url(url: str, where: str) -> BrokerUrl:
    """Take a broker URL apart; of several, separated by semicolons, the first."""
    first, *others = [part for part in url.split(";") if part.strip()] or [url]
    parts = split_url(first)
    return BrokerUrl(
        scheme=parts.scheme,
        host=parts.host,
        port=parts.port or None,
        database=parts.database,
        path=parts.path,
        username=parts.username if parts.password else "",
        has_password=bool(parts.password),
        uses_default_account=parts.username == "guest" and parts.password == "guest",  # noqa: S105 - RabbitMQ's default
        defects=tuple(parts.defects),
        alternates=len(others),
        where=where,
    )
