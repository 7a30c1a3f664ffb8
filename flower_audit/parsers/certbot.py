"""certbot's renewal files and log: whether one certificate will be renewed, and used.

Source: https://eff-certbot.readthedocs.io/en/stable/using.html#renewing-certificates
"""

import re
from dataclasses import dataclass

SETTING = re.compile(r"^\s*(?P<name>[\w.*-]+)\s*=\s*(?P<value>.*?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What certbot knows of one certificate.

    Shape: `text` is its renewal/NAME.conf, None where there is none; `linked` tells that live/NAME holds the links
    which certbot insists on; `reloads` that a hook outside that file runs after a renewal, `frees_port` that one runs
    before; `missing_webroots` are folders named in the files that do not exist.
    """

    name: str
    text: str | None
    linked: bool = True
    reloads: bool = False
    frees_port: bool = False
    missing_webroots: tuple[str, ...] = ()
    port_80_taken: bool = True


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
    for line in log.splitlines():
        match = re.search(rf"Failed to renew certificate {re.escape(name)} with error: (.*)", line)
        if match:
            return match[1][:300]
        if "is broken" in line and f"/{name}.conf" in line:
            return line.partition(":certbot")[2].partition(":")[2][:300] or line[-300:]
    return ""
