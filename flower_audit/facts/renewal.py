"""Whether the proxy's certificate is renewed by itself: read from certbot's, acme.sh's and Caddy's own files."""

import re
from dataclasses import dataclass
from typing import Literal

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.proxy import Proxy
from flower_audit.parsers.certbot import Lineage, defects_of, last_failure
from flower_audit.probe import Output, probe

# Files are read instead of asking certbot, which needs more than half a second to start.
COMMAND = r"""
echo '@@timers'
cd /
grep -lsE '^ExecStart=.*(certbot|acme\.sh|/lego|dehydrated)' etc/systemd/system/*.service lib/systemd/system/*.service |
  sed 's#.*/##; s/\.service$//' | sort -u | while read -r name; do
  echo "timer $name $(systemctl show "$name.timer" -p LoadState,ActiveState,UnitFileState,SubState --value | xargs)"
  echo "command $name $(systemctl show "$name.service" -p ExecStart --value | sed -n 's/.*argv\[\]=\([^;]*\).*/\1/p')"
done
echo '@@cron'
for d in /proc/[0-9]*; do
  read -r comm < "$d/comm" && case $comm in cron | crond | fcron) echo "daemon $comm"; break ;; esac
done 2>/dev/null
[ -d /run/systemd/system ] && echo systemd
grep -HsE '^[^#]*(certbot|acme\.sh|lego|dehydrated)' /etc/crontab /etc/cron.d/* /etc/cron.daily/* /etc/cron.weekly/* \
  /var/spool/cron/crontabs/* /var/spool/cron/* 2>/dev/null | head -n 20
echo '@@certbot'
for f in /etc/letsencrypt/renewal/*.conf; do [ -e "$f" ] && { echo "## $f"; head -c 8192 "$f"; }; done
echo '@@lineages'
for d in /etc/letsencrypt/live/*/; do
  [ -e "$d" ] && echo "$(basename "$d") $([ -L "${d}cert.pem" ] && echo linked || echo copied)"; done
echo '@@hooks'
ls -A /etc/letsencrypt/renewal-hooks/deploy /etc/letsencrypt/renewal-hooks/post 2>/dev/null | grep -v ':$'
grep -sE '^ *(deploy|renew|post)-hook' /etc/letsencrypt/cli.ini
echo '@@pre_hooks'
ls -A /etc/letsencrypt/renewal-hooks/pre 2>/dev/null; grep -sE '^ *pre-hook' /etc/letsencrypt/cli.ini
echo '@@webroots'
grep -hsE '^(webroot_path|[a-z0-9.*-]+\.[a-z0-9.*-]+) *= *[/"]' /etc/letsencrypt/renewal/*.conf |
  sed 's/^[^=]*= *//; s/[ ,"]*$//; s/^"//' | tr ',' '\n' | sort -u | while read -r d; do [ -d "$d" ] || echo "$d"; done
echo '@@acme'
grep -HsE "^(Le_RealFullChainPath|Le_ReloadCmd|Le_NextRenewTime)=" /root/.acme.sh/*/*.conf /home/*/.acme.sh/*/*.conf
echo '@@log'
for f in $(ls -t /var/log/letsencrypt/letsencrypt.log* 2>/dev/null | head -n 8); do
  grep -qsE 'no renewal failures|[1-9][0-9]* renew failure|Failed to renew' "$f" || continue
  grep -hE 'no renewal failures|renew failure|Failed to renew|is broken|certbot version' "$f" | tail -n 40 | cut -c1-400
  break
done
echo '@@caddy'
[ -d /run/systemd/system ] && command -v journalctl > /dev/null &&
  journalctl -u caddy -n 400 --no-pager -o cat 2>/dev/null | grep -E '"logger":"tls' | tail -n 20 | cut -c1-600
echo '@@end'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """How the certificate is renewed.

    Shape: `schedule` says by what, empty where nothing runs it (`unscheduled` says what is in the way); `defects` are
    sentences about its configuration; `failed` is the complaint of its last run, empty where that succeeded or none is
    known.
    """

    manager: Literal["certbot", "acme.sh", "Caddy"]
    name: str
    schedule: str
    unscheduled: str = ""
    defects: tuple[str, ...] = ()
    failed: str = ""


@probe(COMMAND, root=True, limit_s=8, private=True)
def renewal(out: Output, proxy: Proxy) -> Renewal:
    """Source: certbot's renewal/*.conf, log and timer; acme.sh's own files and cron; Caddy's log.

    Absent: no TLS here, or the certificate is none of these tools'.
    """
    text = out.succeeded()
    parts = dict(part.partition("\n")[::2] for part in re.split(r"^@@", text, flags=re.MULTILINE)[1:])
    if "end" not in parts:
        raise Unobservable("the answer about renewal was cut short")
    if proxy.automatic_tls:
        return Renewal(manager="Caddy", name=proxy.host, schedule="Caddy itself", failed=_caddy_failure(parts["caddy"]))
    paths = [item.certificate for item in proxy.certificates]
    if not paths:
        raise Absent("the proxy itself ends no TLS")
    if name := _lineage(paths, parts, proxy.host):
        return _certbot(name, parts, proxy)
    if any(".acme.sh/" in path or f"='{path}'" in parts["acme"] for path in paths):
        schedule, unscheduled = _schedule(parts, "acme.sh")
        return Renewal(manager="acme.sh", name=paths[0], schedule=schedule, unscheduled=unscheduled)
    raise Absent(f"{paths[0]} is none of certbot's, acme.sh's or Caddy's: who renews it cannot be told here")


def _lineage(paths: list[str], parts: dict[str, str], host: str) -> str:
    """Certbot's name for the certificate; a copy elsewhere is taken for that of the same name."""
    for path in paths:
        if match := re.match(r"/etc/letsencrypt/(?:live|archive)/([^/]+)/", path):
            return match[1]
    return host if f"/renewal/{host}.conf\n" in parts["certbot"] else ""


def _certbot(name: str, parts: dict[str, str], proxy: Proxy) -> Renewal:
    schedule, unscheduled = _schedule(parts, "certbot")
    commands = parts["timers"] + parts["cron"]
    match = re.search(
        rf"^## /etc/letsencrypt/renewal/{re.escape(name)}\.conf\n(.*?)(?=^## |\Z)", parts["certbot"], re.M | re.S
    )
    lineage = Lineage(
        name=name,
        text=match[1] if match else None,
        linked=f"{name} copied" not in parts["lineages"].splitlines(),
        reloads=bool(parts["hooks"].strip()) or "-hook" in commands,
        frees_port=bool(parts["pre_hooks"].strip()) or "--pre-hook" in commands,
        missing_webroots=tuple(parts["webroots"].split()),
        port_80_taken=proxy.redirects_to_https is not None,
    )
    return Renewal(
        manager="certbot",
        name=name,
        schedule=schedule,
        unscheduled=unscheduled,
        defects=defects_of(lineage),
        failed=last_failure(parts["log"], name),
    )


def _schedule(parts: dict[str, str], tool: str) -> tuple[str, str]:
    """By what the tool is run, and, where by nothing, what stands in the way."""
    found: list[str] = []
    obstacles: list[str] = []
    commands = dict(
        line.split(" ", 2)[1:]
        for line in parts["timers"].splitlines()
        if line.count(" ") >= 2 and line.startswith("command ")
    )
    for line in parts["timers"].splitlines():
        words = line.split()
        if words[:1] == ["timer"] and tool in commands.get(words[1], ""):
            states = [word for word in words[2:] if word not in {"waiting", "running", "dead"}]
            if "elapsed" in states:
                obstacles.append(f"{words[1]}.timer has run out: none of its times comes again")
            elif "active" in states:
                found.append(
                    f"{words[1]}.timer" + ("" if "enabled" in states or "static" in states else " (until a reboot)")
                )
            elif states:
                state = "is not there" if "not-found" in states else f"is {' and '.join(states[1:])}"
                obstacles.append(f"{words[1]}.timer {state}")
    cron = parts["cron"].splitlines()
    for line in cron:
        path, _, command = line.partition(":")
        if tool not in command:
            continue
        if "/run/systemd/system" in command and "systemd" in cron:
            obstacles.append(f"{path} does nothing where systemd runs")
        elif not any(item.startswith("daemon ") for item in cron):
            obstacles.append(f"{path} needs a cron daemon, and none runs")
        else:
            found.append(path)
    lasting = [item for item in found if not item.endswith(")")]
    if found and not lasting:
        return "", f"{found[0].partition(' ')[0]} runs, and is not enabled for the next boot"
    if lasting:
        return ", ".join(lasting), ""
    return "", "; ".join(obstacles) or f"no timer and no cron line runs {tool}"


def _caddy_failure(log: str) -> str:
    """What Caddy last said of certificates, where that was an error."""
    last = log.strip().splitlines()[-1:] or [""]
    message = re.search(r'"error":"([^"]{0,300})', last[0]) or re.search(r'"msg":"([^"]{0,300})', last[0])
    return message[1] if message and '"level":"error"' in last[0] else ""
