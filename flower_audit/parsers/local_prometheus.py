"""Runs on the audited host: find a Prometheus there and ask it, and its Alertmanager, over loopback with GET.

This file is sent to the host as it stands and run by its python3 without this package, so it uses the standard library
only and no single quote.
"""

from __future__ import annotations

import glob
import json
import os
import ssl
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

BODY_CAP = 4000000
FILE_CAP = 1000000
FILES = 200
ALL_FILES_CAP = 3000000
QUOTES = chr(34) + chr(39)
PROCESSES = 8
TIMEOUT_S = 4
DEADLINE_S = 20
FIRST = (
    "/api/v1/status/buildinfo",
    "/api/v1/status/config",
    "/api/v1/targets?state=active",
    "/api/v1/rules",
    "/api/v1/alertmanagers",
    "/api/v1/query?query=time()",
)
SILENCES = "/api/v2/silences"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: where a redirect leads is not loopback any more."""

    def redirect_request(self, *_arguments: object) -> None:
        """Refuse."""
        return


def processes() -> list[tuple[int, list[str]]]:
    """Every Prometheus server process with its arguments."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            with (folder / "cmdline").open("rb") as file:
                argv = file.read(65536).decode(errors="replace").rstrip("\0").split("\0")
        except OSError:
            continue
        if argv[0].rpartition("/")[2] == "prometheus":
            found.append((int(folder.name), argv))
    return sorted(found)


def option(argv: list[str], name: str) -> str:
    """The value of a flag, in either of its forms; empty where it is not given."""
    for position, word in enumerate(argv):
        bare = word.lstrip("-")
        if bare == name and position + 1 < len(argv):
            return argv[position + 1]
        if bare.startswith(name + "="):
            return bare[len(name) + 1 :]
    return ""


def base_url(argv: list[str]) -> str:
    """Where that Prometheus answers, as seen from its host."""
    listen = option(argv, "web.listen-address") or "0.0.0.0:9090"
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    if host in ("", "0.0.0.0", "::"):  # noqa: S104 - where another program listens
        host = "127.0.0.1"
    prefix = option(argv, "web.route-prefix") or urlsplit(option(argv, "web.external-url")).path
    host = "[" + host + "]" if ":" in host else host
    return ("http://" + host + ":" + port + "/" + prefix.strip("/")).rstrip("/")


def get(url: str) -> tuple[int, str]:
    """The status and body of a GET; status 0 and a sentence where nothing came."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loads no CAs: on loopback there is nobody in between
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context), NoRedirect()
    )
    try:
        with opener.open(url, timeout=TIMEOUT_S) as answer:
            body = answer.read(BODY_CAP + 1)
            if len(body) > BODY_CAP:
                return 0, f"the answer was longer than {BODY_CAP} bytes"
            return answer.status, body.decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read(2000).decode(errors="replace")
    except (OSError, ValueError) as error:
        return 0, str(getattr(error, "reason", error))[:200]


def ask(base: str, paths: list[str]) -> dict[str, tuple[int, str]]:
    """The answers to several paths, until time runs out."""
    answers: dict[str, tuple[int, str]] = {}
    deadline = time.monotonic() + DEADLINE_S
    for path in paths:
        if time.monotonic() > deadline:
            answers[path] = (0, "there was no time left to ask this")
        else:
            answers[path] = get(base + path)
    return answers


def patterns(configuration: str) -> list[str]:
    """The rule_files of a configuration as Prometheus itself prints it."""
    found = []
    inside = False
    for line in configuration.splitlines():
        if line.startswith("rule_files:"):
            inside = True
        elif inside and line.startswith("- "):
            found.append(line[2:].strip().strip(QUOTES))
        elif inside:
            break
    return found


def written_patterns(file: Path) -> str:
    """The block of rule_files in the configuration file as it is written; empty where it cannot be read."""
    try:
        lines = file.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    block = []
    for line in lines:
        if line.startswith("rule_files"):
            block.append(line)
        elif block and line[:1] not in (" ", "\t", "-", "#", ""):
            break
        elif block:
            block.append(line)
    return "\n".join(block)[:10000]


def rule_files(wanted: list[str], folder: str) -> dict[str, object]:
    """What the rule files say now: text by path, None where it cannot be read or is too much."""
    texts: dict[str, object] = {}
    left = ALL_FILES_CAP
    for pattern in wanted:
        for path in sorted(glob.glob(str(Path(folder) / pattern)))[:FILES]:  # noqa: PTH207 - the pattern may be absolute
            try:
                with Path(path).open("rb") as file:
                    content = file.read(FILE_CAP)
            except OSError:
                texts[path] = None
                continue
            left -= len(content)
            texts[path] = content.decode(errors="replace") if left > 0 else None
    return texts


def data(answer: tuple[int, str]) -> dict[str, object]:
    """The data of an answer of the Prometheus API, empty where there is none."""
    try:
        found = json.loads(answer[1]).get("data")
    except (ValueError, AttributeError):
        return {}
    return found if isinstance(found, dict) else {}


def describe(pid: int, argv: list[str]) -> dict[str, object]:
    """All that one Prometheus says of itself, with its rule files and its Alertmanager on this host."""
    base = base_url(argv)
    answers = ask(base, list(FIRST))
    if "HTTPS" in answers[FIRST[0]][1]:
        base = "https" + base[4:]
        answers = ask(base, list(FIRST))
    try:
        folder = os.readlink(f"/proc/{pid}/cwd")  # noqa: PTH115 - Path.readlink is newer than Python 3.7
    except OSError:
        folder = "/"
    file = Path(folder) / (option(argv, "config.file") or "prometheus.yml")
    configuration = str(data(answers[FIRST[1]]).get("yaml", ""))
    managers = data(answers[FIRST[4]]).get("activeAlertmanagers")
    urls = [str(one.get("url", "")) for one in managers] if isinstance(managers, list) else []
    local = {url: url.partition("/api/v")[0] for url in urls if urlsplit(url).hostname in LOOPBACK}
    return {
        "pid": pid,
        "url": base,
        "config_file": str(file),
        "answers": answers,
        "written_patterns": written_patterns(file),
        "rule_files": rule_files(patterns(configuration), str(file.parent)),
        "alertmanager_counters": "".join(counters(get(root + "/metrics")) for root in list(local.values())[:1]),
        "silences": [get(root + SILENCES) for root in list(local.values())[:1]],
        "alertmanagers": {url: get(root + "/api/v2/status") for url, root in local.items()},
    }


def counters(answer: tuple[int, str]) -> str:
    """The lines of an Alertmanager's metrics about its notifications."""
    lines = answer[1].splitlines() if answer[0] == 200 else []
    return "".join(line + "\n" for line in lines if line.startswith("alertmanager_notification"))[:100000]


def find() -> dict[str, object]:
    """The first Prometheus on this host that answers, else the first that runs; empty where none does.

    Those of containers are seen in /proc too, and answer here only where their port is published.
    """
    first: dict[str, object] = {}
    for pid, argv in processes()[:PROCESSES]:
        base = base_url(argv)
        status, text = get(base + FIRST[0])
        if status:
            return describe(pid, argv)
        first = first or {
            "url": base,
            "problem": f"the Prometheus on this host (process {pid}) does not answer: {text}",
        }
    return first


def main(arguments: list[str]) -> None:
    """Print what was found; with a URL and paths on separate lines, the answers to these."""
    wanted = [line for line in arguments[0].splitlines() if line] if arguments else []
    if not wanted:
        print(json.dumps(find()))
    else:
        print(json.dumps(ask(wanted[0], wanted[1:])))
