"""Whether the proxy's certificate is renewed by itself: read from certbot's, acme.sh's and Caddy's own files."""

import re
from dataclasses import dataclass
from typing import Literal

from cryptography import x509

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.disk_certificate import leaf_of
from flower_audit.facts.proxy import Proxy
from flower_audit.parsers.certbot import Lineage, broken_hook, defects_of, last_failure, unit_failure
from flower_audit.probe import Output, probe

# Files are read instead of asking certbot, which needs more than half a second to start.
COMMAND = r"""
echo '@@timers'
cd /
grep -lsE '^ExecStart=.*(certbot|acme\.sh|/lego|dehydrated)' etc/systemd/system/*.service lib/systemd/system/*.service |
  sed 's#.*/##; s/\.service$//' | sort -u | while read -r name; do
  echo "timer $name $(systemctl show "$name.timer" -p LoadState,ActiveState,UnitFileState,SubState --value | xargs)"
  echo "command $name $(systemctl show "$name.service" -p ExecStart --value | sed -n 's/.*argv\[\]=\([^;]*\).*/\1/p')"
  ended=$(systemctl show "$name.service" -p ExecMainExitTimestamp --value)
  echo "result $name $(systemctl show "$name.service" -p Result -p ExecMainStatus --value | xargs)" \
    "$([ -n "$ended" ] && date -d "$ended" +%s)"
done
echo '@@cron'
for d in /proc/[0-9]*; do
  read -r comm < "$d/comm" && case $comm in cron | crond | fcron) echo "daemon $comm"; break ;; esac
done 2>/dev/null
[ -d /run/systemd/system ] && echo systemd
lines=$(grep -HsE '^[^#]*(certbot|acme\.sh|lego|dehydrated)' /etc/crontab /etc/cron.d/* /etc/cron.daily/* \
  /etc/cron.weekly/* /var/spool/cron/crontabs/* /var/spool/cron/* 2>/dev/null | head -n 20)
printf '%s\n' "$lines"
echo '@@lost'
printf '%s\n' "$lines" | tr -d '"' | tr ' ;|&()' '\n\n\n\n\n\n' |
  grep -E '^/.*/(certbot|certbot-auto|acme\.sh|lego|dehydrated)$' | sort -u | while read -r program; do
  [ -e "$program" ] || echo "$program"; done
echo '@@certbot'
for f in /etc/letsencrypt/renewal/*.conf; do [ -e "$f" ] && { echo "## $f"; head -c 8192 "$f"; }; done
echo '@@plugins'
packages=/usr/lib/python3/dist-packages
[ -d $packages/certbot ] && [ -x /usr/bin/certbot ] && [ ! -L /usr/bin/certbot ] &&
  echo certbot && ls -d $packages/certbot_* /usr/local/lib/python3*/dist-packages/certbot_* 2>/dev/null | sed 's#.*/##'
echo '@@lineages'
for d in /etc/letsencrypt/live/*/; do
  [ -e "$d" ] && echo "$(basename "$d") $([ -L "${d}cert.pem" ] && echo linked || echo copied)"
  [ -e "${d}cert.pem" ] && echo "newest $(basename "$d")" && head -c 8192 "${d}cert.pem"; done
echo '@@hooks'
ls -A /etc/letsencrypt/renewal-hooks/deploy /etc/letsencrypt/renewal-hooks/post 2>/dev/null | grep -v ':$'
grep -sE '^ *(deploy|renew|post)-hook' /etc/letsencrypt/cli.ini
echo '@@pre_hooks'
ls -A /etc/letsencrypt/renewal-hooks/pre 2>/dev/null; grep -sE '^ *pre-hook' /etc/letsencrypt/cli.ini
echo '@@webroots'
grep -hsE '^(webroot_path|[a-z0-9.*-]+\.[a-z0-9.*-]+) *= *[/"]' /etc/letsencrypt/renewal/*.conf |
  sed 's/^[^=]*= *//; s/[ ,"]*$//; s/^"//' | tr ',' '\n' | sort -u | while read -r d; do [ -d "$d" ] || echo "$d"; done
echo '@@acme'
date '+now %s'
grep -HsE "^(Le_Domain|Le_RealFullChainPath|Le_ReloadCmd|Le_NextRenewTime)=" /root/.acme.sh/*/*.conf \
  /home/*/.acme.sh/*/*.conf
echo '@@log'
for f in $(ls -t /var/log/letsencrypt/letsencrypt.log* 2>/dev/null | head -n 8); do
  grep -qsE 'no renewal failures|[1-9][0-9]* renew failure|Failed to renew' "$f" || continue
  stat -c 'written %Y' "$f"
  grep -hE 'no renewal failures|renew failure|Failed to renew|is broken|certbot version|^  Detail: ' "$f" | tail -n 40 |
    cut -c1-400
  break
done
echo '@@hook_log'
for f in $(ls -t /var/log/letsencrypt/letsencrypt.log* 2>/dev/null | head -n 100); do
  grep -qsE 'Running (deploy|post|renew)-hook command' "$f" || continue
  find /etc/letsencrypt/renewal-hooks -type f -newer "$f" 2>/dev/null | sed 's/^/newer /'
  grep -hE "Running [a-z]+-hook command|Hook '.*' reported error|Hook command .* returned error" "$f" | tail -n 40 |
    cut -c1-400
  break
done
echo '@@caddy'
[ -d /run/systemd/system ] && command -v journalctl > /dev/null && {
  timeout 3 journalctl _COMM=caddy --since=-40d --grep='"logger":"tls' -n 60 --no-pager -o short-unix 2>/dev/null ||
    journalctl _COMM=caddy -n 1000 --no-pager -o short-unix 2>/dev/null | grep -E '"logger":"tls' | tail -n 60
} | sort -s -n | cut -c1-700  # some journalctl print the newest first when they search
echo '@@end'
"""
CADDY_TEXT = r'"{}":"((?:[^"\\]|\\.){{0,300}})'
LATE_DAYS = 2
"""acme.sh tries once a day; a day off is no failure yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """How the certificate is renewed.

    Shape: `schedule` says by what, empty where nothing runs it (`unscheduled` says what is in the way); `defects` are
    sentences about its configuration; `failed` is the complaint of its last run, empty where that succeeded or none is
    known; `newest` is certbot's certificate, where the proxy has a file of its own elsewhere.
    """

    manager: Literal["certbot", "acme.sh", "Caddy"]
    name: str
    schedule: str
    unscheduled: str = ""
    defects: tuple[str, ...] = ()
    failed: str = ""
    newest: x509.Certificate | None = None


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
        return Renewal(
            manager="Caddy", name=proxy.host, schedule="Caddy itself", failed=_caddy_failure(parts["caddy"], proxy.host)
        )
    paths = [item.certificate for item in proxy.certificates]
    if not paths:
        raise Absent("the proxy itself ends no TLS")
    if name := _lineage(paths, parts, proxy.host):
        return _certbot(name, parts, proxy)
    if any(".acme.sh/" in path or f"='{path}'" in parts["acme"] for path in paths):
        return _acme_sh(paths, parts)
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
        plugins=frozenset(parts["plugins"].split()),
        port_80_taken=proxy.redirects_to_https is not None,
    )
    return Renewal(
        manager="certbot",
        name=name,
        schedule=schedule,
        unscheduled=unscheduled,
        defects=defects_of(lineage),
        failed=last_failure(parts["log"], name)
        or unit_failure(parts["timers"], parts["log"])
        or broken_hook(parts["hook_log"], lineage.text or ""),
        newest=_newest(name, parts, proxy),
    )


def _newest(name: str, parts: dict[str, str], proxy: Proxy) -> x509.Certificate | None:
    """What certbot has now, where the proxy has a copy of its own."""
    if any(item.certificate.startswith("/etc/letsencrypt/") for item in proxy.certificates):
        return None
    _, _, text = parts["lineages"].partition(f"newest {name}\n")
    return leaf_of(text.partition("newest ")[0])


def _acme_sh(paths: list[str], parts: dict[str, str]) -> Renewal:
    """acme.sh logs nothing unless it is told to; its domain's file says when it means to renew."""
    schedule, unscheduled = _schedule(parts, "acme.sh")
    files: dict[str, dict[str, str]] = {}
    for file, name, value in re.findall(r"^(\S+\.conf):(Le_\w+)='?([^'\n]*)'?$", parts["acme"], re.MULTILINE):
        files.setdefault(file, {})[name] = value
    ours = [
        (file, values)
        for file, values in files.items()
        if values.get("Le_RealFullChainPath") in paths
        or any(path.startswith(file.rpartition("/")[0]) for path in paths)
    ]
    now = re.search(r"^now (\d+)$", parts["acme"], re.MULTILINE)
    late = defects = ""
    for file, values in ours[:1]:
        if not values.get("Le_ReloadCmd"):
            defects = f"{file}: nothing reloads the proxy after a renewal (Le_ReloadCmd is empty)"
        due = values.get("Le_NextRenewTime", "")
        days = (int(now[1]) - int(due)) / 86400 if now and due.isdecimal() else 0.0
        late = f"{file} says that the renewal was due {days:.0f} days ago" if days > LATE_DAYS else ""
    return Renewal(
        manager="acme.sh",
        name=paths[0],
        schedule=schedule,
        unscheduled=unscheduled,
        defects=(defects,) if defects else (),
        failed=late,
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
    for line in parts["cron"].splitlines():
        path, _, command = line.partition(":")
        if tool not in command:
            continue
        obstacle = _cron_obstacle(command, parts)
        if obstacle:
            obstacles.append(f"{path} {obstacle}")
        else:
            found.append(path)
    lasting = [item for item in found if not item.endswith(")")]
    if found and not lasting:
        return "", f"{found[0].partition(' ')[0]} runs, and is not enabled for the next boot"
    if lasting:
        return ", ".join(lasting), ""
    return "", "; ".join(obstacles) or f"no timer and no cron line runs {tool}"


def _cron_obstacle(command: str, parts: dict[str, str]) -> str:
    """Why cron does not run this line, or runs it in vain; empty where nothing is in the way."""
    cron = parts["cron"].splitlines()
    lost = [program for program in parts["lost"].split() if program in command.replace('"', "")]
    if "/run/systemd/system" in command and "systemd" in cron:
        return "does nothing where systemd runs"
    if lost:
        return f"runs {lost[0]}, which does not exist"
    if not any(item.startswith("daemon ") for item in cron):
        return "needs a cron daemon, and none runs"
    return ""


def _caddy_failure(log: str, host: str) -> str:
    """What Caddy last said of this name's certificate, where that was an error and no success followed."""
    names = (f'"{host}"', f"[{host}]", f'"*.{host.partition(".")[2]}"', f"[*.{host.partition('.')[2]}]")
    ends = ('"level":"error"', " successfully")  # between them it says that it tries again
    about = [
        line for line in log.splitlines() if any(name in line for name in names) and any(end in line for end in ends)
    ]
    last = about[-1] if about else ""
    message = re.search(CADDY_TEXT.format("error"), last) or re.search(CADDY_TEXT.format("msg"), last)
    return message[1].replace('\\"', "'") if message and '"level":"error"' in last else ""
