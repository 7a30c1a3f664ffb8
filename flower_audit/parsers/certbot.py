"""certbot's renewal files and log: whether one certificate will be renewed, and used.

Source: https://eff-certbot.readthedocs.io/en/stable/using.html#renewing-certificates
"""

import re
from dataclasses import dataclass

SETTING = re.compile(r"^\s*(?P<name>[\w.*-]+)\s*=\s*(?P<value>.*?)\s*$", re.MULTILINE)

NO = frozenset({"false", "no", "off", "0"})
PLUGIN = re.compile(
    r"nginx|apache|dns-(cloudflare|digitalocean|dnsimple|gehirn|google|linode|ovh|rfc2136|route53|sakuracloud)"
)
"""Those that come in packages of their own, and whose module bears their name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What certbot knows of one certificate.

    Shape: `text` is its renewal/NAME.conf, None where there is none; `linked` tells that live/NAME holds the links
    which certbot insists on; `reloads` that a hook outside that file runs after a renewal, `frees_port` that one runs
    before; `missing_webroots` are folders named in the files that do not exist; `plugins` are the Python packages of
    Debian's certbot (`certbot`, `certbot_nginx` …), empty where another certbot is used.
    """

    name: str
    text: str | None
    linked: bool = True
    reloads: bool = False
    frees_port: bool = False
    missing_webroots: tuple[str, ...] = ()
    port_80_taken: bool = True
    plugins: frozenset[str] = frozenset()


def defects_of(lineage: Lineage) -> tuple[str, ...]:
    """Why a renewal would fail, or its certificate not be used; empty where nothing is known against it."""
    file = f"/etc/letsencrypt/renewal/{lineage.name}.conf"
    if lineage.text is None:
        return (f"{file} does not exist, so certbot does not know the certificate",)
    settings = {match["name"]: match["value"] for match in SETTING.finditer(lineage.text)}
    way = settings.get("authenticator", "").strip("\"'")
    found: list[str] = []
    missing = [name for name in ("cert", "privkey", "chain", "fullchain") if name not in settings]
    if missing or "[renewalparams]" not in lineage.text:
        found.append(f"{file} lacks {', '.join(missing) or '[renewalparams]'}")
    if not lineage.linked:
        found.append(f"/etc/letsencrypt/live/{lineage.name} holds copies instead of the links that certbot insists on")
    if not way:
        found.append(f"{file} names no authenticator")
    if settings.get("autorenew", "").lower() in NO:
        found.append(f"{file} says autorenew = {settings['autorenew']}: certbot passes this certificate over")
    used = {way, settings.get("installer", "None").strip("\"'")}
    lacking = [
        one
        for one in sorted(used)
        if PLUGIN.fullmatch(one) and f"certbot_{one.replace('-', '_')}" not in lineage.plugins
    ]
    if lineage.plugins and lacking:
        found.append(
            f"{file} asks for certbot's plugin {lacking[0]}, which is not installed (python3-certbot-{lacking[0]})"
        )
    if way == "manual" and "manual_auth_hook" not in settings:
        found.append(f"{file}: the manual authenticator waits for a person (no manual_auth_hook)")
    if way == "standalone" and lineage.port_80_taken and not lineage.frees_port and "pre_hook" not in settings:
        found.append(f"{file}: the standalone authenticator needs port 80, which the proxy holds")
    gone = [folder for folder in lineage.missing_webroots if folder in lineage.text] if way == "webroot" else []
    if gone:
        found.append(f"{file}: the folder {gone[0]} does not exist")
    installs = settings.get("installer", "None").strip("\"'") not in {"", "None"}
    if way and not (installs or lineage.reloads or {"renew_hook", "post_hook"} & set(settings)):
        found.append(f"{file}: nothing reloads the proxy after a renewal (no installer, no deploy hook)")
    return tuple(found)


def last_failure(log: str, name: str) -> str:
    """What the last run of `certbot renew` said against this certificate; empty where it said nothing.

    Shape: `log` is the last log that tells how a renewal ended, or the lines of it that do.
    """
    detail = ""
    for line in log.splitlines():
        match = re.search(rf"Failed to renew certificate {re.escape(name)} with error: (.*)", line)
        if match:
            return match[1][:300] + (f" ({detail})" if detail else "")
        detail = line.strip()[:300] if line.startswith("  Detail: ") else "" if "Failed to renew" in line else detail
        if "is broken" in line and f"/{name}.conf" in line:
            return line.partition(":certbot")[2].partition(":")[2][:300] or line[-300:]
    return ""


def unit_failure(timers: str, log: str) -> str:
    """What systemd says of the last run, where the log does not know of it; empty where that ended well.

    Shape: `timers` has lines `result NAME success 0 1700000000`: result and status of the unit, and when it ended.
    A run that the log tells of failed for other certificates, or was followed by a better one by hand.
    """
    written = re.search(r"^written (\d+)$", log, re.MULTILINE)
    told = "Failed to renew" in log or "is broken" in log
    for match in re.finditer(r"^result (\S*certbot\S*) (\S+) (\d+) (\d+)$", timers, re.MULTILINE):
        name, result, status, ended = match.groups()
        later = written is not None and int(written[1]) > int(ended) + 1
        if result != "success" and not later and not (told and status == "1"):
            return f"{name}.service ended with {result}, status {status}, and certbot's log does not know of it"
    return ""


def broken_hook(log: str, text: str) -> str:
    """The deploy hook of this certificate that failed when it last ran; empty where none did, or it was changed since.

    Shape: `log` holds lines about hooks of the last log with any, after `newer FILE` for each hook file changed since;
    `text` is the certificate's renewal/NAME.conf.
    """
    command = ""
    changed = {line.removeprefix("newer ") for line in log.splitlines() if line.startswith("newer ")}
    for line in log.splitlines():
        started = re.search(r"Running [a-z]+-hook command: (.*)", line)
        if started:
            command = started[1].strip()
        failed = re.search(r"Hook '[\w-]+' reported error code (\d+)|returned error code (\d+)", line)
        ours = command in text or (command.startswith("/etc/letsencrypt/renewal-hooks/") and command not in changed)
        if failed and command and ours:
            return f"the hook `{command[:120]}` ended with status {failed[1] or failed[2]}"
    return ""
