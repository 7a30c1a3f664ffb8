"""What Flower's broker answers on Flower's own host, with Flower's own URL.

Runs on the audited host (3.7 or later, standard library only): see `embedded`.  The password goes from the process's
environment to the broker and nowhere else; what the broker says is quoted only after it was taken out.
"""

from __future__ import annotations

import base64
import json
import socket
import ssl
import struct
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import ProxyHandler, Request, build_opener

from flower_audit.parsers.amqp_handshake import talk_amqp, talk_as_guest
from flower_audit.parsers.broker_connection import REPLY_LIMIT, TIMEOUT_S, Refused, addresses_of, is_local
from flower_audit.parsers.celery_command_line import (
    Broker,
    broker_given,
    environment_of,
    is_legacy,
    option,
    read_process_file,
    split_url,
    words_of,
)
from flower_audit.parsers.open_connections import connected_brokers, network_of, peers_of
from flower_audit.parsers.process_paths import place_of
from flower_audit.parsers.redis_dialogue import talk_redis, talk_redis_as_anybody, talk_sentinel


def main(arguments: list[str]) -> None:
    """Print what Flower's broker answered, as JSON.  Shape: `arguments` are Flower's pid and its environment's path."""
    pid, venv = arguments
    if not pid:
        print("{}")
        return
    words = words_of(read_process_file(pid, "cmdline"))
    environ = environment_of(read_process_file(pid, "environ"))
    given, where = broker_given(words, environ, "flower", is_legacy(venv))
    if where == "default" and Path("/proc", pid, "cwd", "celeryconfig.py").exists():
        given, where = "", "the application"
    answer: dict[str, Any] = {
        "where": where,
        "brokers": [],
        "other_network": network_of(pid) != network_of("self"),
    }
    peers = peers_of(pid)
    brokers = [split_url(url) for url in given.split(";") if url.strip()] or connected_brokers(pid)
    for broker in brokers[:3]:
        rooted = broker._replace(path=place_of(pid, broker.path).opened if broker.path else "")
        held = {"connected": any((address, broker.port) in peers for address in addresses_of(broker))}
        answer["brokers"].append({**described(broker), **conversation(rooted, bool(given)), **held})
    answer["management"] = management(words, environ)
    print(json.dumps(answer))


def described(broker: Broker) -> dict[str, Any]:
    """A broker's URL without its secrets."""
    return {
        "scheme": broker.scheme,
        "host": broker.host[:255],
        "port": broker.port,
        "path": broker.path[:255],
        "database": broker.database[:100],
        "has_password": bool(broker.password),
        "uses_guest": broker.scheme.endswith(("amqp", "amqps")) and (broker.username or "guest") == "guest",
        "defects": broker.defects,
        "local": is_local(broker),
        "addresses": addresses_of(broker),
    }


def conversation(broker: Broker, as_flower: bool) -> dict[str, Any]:
    """What came of talking to a broker, without credentials and (`as_flower`) with them."""
    found: dict[str, Any] = {}
    try:
        if broker.scheme in ("redis", "rediss", "socket"):
            talk_redis_as_anybody(broker, found)
            if as_flower:
                talk_redis(broker, found)
        elif broker.scheme == "sentinel":
            talk_sentinel(broker, found)
        elif broker.scheme.endswith(("amqp", "amqps")):
            if as_flower:
                talk_amqp(broker, is_local(broker), found)
            else:
                talk_as_guest(broker, is_local(broker), found)
        else:
            found["unsupported"] = True
    except (OSError, UnicodeError, Refused, struct.error) as error:
        found["error"] = without_secrets(str(error), broker.password, broker.username)
        found["certificate"] = "tls_files" in found or isinstance(error, ssl.SSLCertVerificationError)
        found["silent"] = isinstance(error, socket.timeout)
    return found


def without_secrets(text: str, *secrets: str) -> str:
    """What somebody else said, cut short, with the secrets that it may repeat taken out."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "[redacted]")
    return text[:200]


def management(words: list[str], environ: dict[str, str]) -> dict[str, Any]:
    """What RabbitMQ's management API answers at the URL that Flower was given by flag or variable; empty for none."""
    url = option(words, "--broker-api", "--broker_api") or option(words, "-broker_api", "--broker-api")
    url = url or environ.get("FLOWER_BROKER_API") or ""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return {"given": bool(url)}
    location = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path + "overview", "", ""))
    request = Request(location)  # noqa: S310 - its scheme was checked above
    token = unquote(parts.username or "guest") + ":" + unquote(parts.password or "guest")
    request.add_header("Authorization", "Basic " + base64.b64encode(token.encode()).decode())
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=TIMEOUT_S) as response:
            document = json.loads(response.read(REPLY_LIMIT * 8))
            return {"given": True, "status": response.status, "answers": "rabbitmq_version" in document}
    except HTTPError as error:
        return {"given": True, "status": error.code, "answers": False}
    except (OSError, ValueError) as error:
        return {"given": True, "answers": False, "error": without_secrets(str(error), unquote(parts.password or ""))}
