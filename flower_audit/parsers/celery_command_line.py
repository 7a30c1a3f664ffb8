"""Which broker a Celery process was told to use: its argv and environment read the way Celery reads them.

Runs on the audited host too (3.7 or later, standard library only): see `embedded`.
Sources: celery/bin/celery.py (`-b` and its variable BROKER_URL), celery/app/utils.py, kombu/utils/url.py.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlparse

DEFAULT_BROKER = "amqp://guest:guest@localhost:5672//"
DEFAULT_PORTS = {"redis": 6379, "rediss": 6379, "sentinel": 26379, "amqp": 5672, "amqps": 5671, "pyamqp": 5672}
OTHER_SCHEMES = (
    *("socket", "librabbitmq", "confluentkafka", "kafka", "memory", "sqs", "mongodb", "zookeeper", "sqlalchemy"),
    *("sqla", "slmq", "filesystem", "qpid", "consul", "etcd", "azurestoragequeues", "azureservicebus", "pyro"),
    *("gcpubsub", "pgmq", "django", "couchdb", "ironmq"),
)


class Broker(NamedTuple):
    """A broker's URL taken apart as kombu does.  Shape: `path` is a unix socket's; `query` the URL's own options."""

    scheme: str
    host: str
    port: int
    database: str
    username: str
    password: str
    path: str
    query: dict[str, str]
    defects: list[str]


def words_of(cmdline: bytes) -> list[str]:
    """The arguments of a process; a title set by setproctitle (`[celeryd: …] -active- (-A proj worker)`) is split."""
    words = [word.decode("utf-8", "replace") for word in cmdline.rstrip(b"\0").split(b"\0")]
    title = re.match(r"\[celeryd?: .*\((.*)\)\s*$", words[0]) if words else None
    return ["celery", *title.group(1).split()] if title else words


def environment_of(environ: bytes) -> dict[str, str]:
    """The environment of a process."""
    pairs = [entry.decode("utf-8", "replace").partition("=") for entry in environ.split(b"\0")]
    return {name: value for name, _, value in pairs if name}


def option(words: list[str], short: str, long: str) -> str | None:
    """The last value of an option in `-b X`, `-bX`, `--broker X` or `--broker=X`; None where it is not given."""
    found = None
    for place, word in enumerate(words):
        if word in (short, long) and place + 1 < len(words):
            found = words[place + 1]
        elif word.startswith(long + "="):
            found = word[len(long) + 1 :]
        elif word.startswith(short) and len(word) > len(short) and not word.startswith("--"):
            found = word[len(short) :]
    return found


def broker_given(words: list[str], environ: dict[str, str], subcommand: str, legacy: bool) -> tuple[str, str]:
    """The broker URL of a process and where it stands; the URL is empty where the application's code decides.

    Shape: `subcommand` is `flower` or `worker`; `legacy` says that Celery is older than 5, which takes its options
    after the subcommand too.
    """
    place = words.index(subcommand) if subcommand in words else len(words)
    url = option(words if legacy else words[:place], "-b", "--broker")
    if url:
        return url, "-b"
    for name in ("CELERY_BROKER_URL",) if legacy else ("BROKER_URL", "CELERY_BROKER_URL"):
        if environ.get(name):
            return environ[name], name
    configured = option(words, "-A", "--app") or environ.get("APP") or option(words[:place], "-c", "--config")
    if configured or environ.get("CONFIG_MODULE") or environ.get("CELERY_CONFIG_MODULE"):
        return "", "the application"
    return DEFAULT_BROKER, "default"


def split_url(url: str) -> Broker:
    """Take one broker URL apart; what is wrong with it stands in `defects`, without its secret."""
    scheme, separator, rest = url.strip().partition("://")
    scheme = scheme.lower()
    defects: list[str] = []
    if not separator:
        scheme, rest = (url.strip().lower(), "") if url.strip().isalpha() else ("amqp", url.strip())
        defects.append("the URL has no scheme such as redis:// or amqp://")
    if url != url.strip() or url.strip()[:1] in (chr(34), chr(39)):
        defects.append("the URL is wrapped in quotes or spaces")
    scheme = scheme.split("+", 1)[1] if scheme.startswith(("redis+", "kombu+")) else scheme
    parts = urlparse("http://" + rest)
    try:
        port = parts.port
    except ValueError:
        port = None
        defects.append("the port is no number (a character of the password such as / or # may need %-encoding)")
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    database = unquote(parts.path[1:] if parts.path.startswith("/") else parts.path)
    query = dict(parse_qsl(parts.query))
    path = ""
    if scheme in ("socket", "unix"):
        scheme, path, database = "socket", "/" + database.lstrip("/"), query.get("virtual_host", "0").strip("/")
    if scheme in ("redis", "rediss"):
        database = database.strip("/") or query.get("virtual_host", "").strip("/") or "0"
        if username and not parts.password:
            defects.append("the password stands in the place of the user name: write redis://:password@host")
        if not database.isdigit():
            defects.append("the database is no number")
    if scheme in ("amqp", "amqps", "pyamqp"):
        database = database or "/"
    if scheme not in DEFAULT_PORTS and scheme not in OTHER_SCHEMES:
        defects.append(f"{scheme[:20]}:// is no transport of kombu")
    if re.search(r"\$\{?\w|\{\w+\}|<\w+>", rest):
        defects.append("a variable in the URL was not filled in (files of the environment are taken as they stand)")
    host = parts.hostname or "localhost"
    return Broker(
        scheme, host, port or DEFAULT_PORTS.get(scheme, 0), database, username, password, path, query, defects
    )


def read_process_file(pid: str, name: str) -> bytes:
    """One file of /proc/<pid>, at most 2 MB; empty where the process is gone."""
    try:
        with (Path("/proc") / pid / name).open("rb") as file:
            return file.read(2_000_000)
    except (FileNotFoundError, ProcessLookupError):
        return b""


def is_legacy(venv: str) -> bool:
    """Whether the Celery of an environment is older than 5."""
    return bool(venv) and any(Path(venv).glob("lib*/python*/site-packages/[cC]elery-[34].*"))
