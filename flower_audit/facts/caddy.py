"""Caddy on the host: the configuration it runs with, and the one in its file."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from flower_audit.errors import Absent, Unobservable
from flower_audit.probe import Output, probe

# The binary is executed only where root or the auditor owns it.  `adapt` reads and prints; `validate` would open log
# files and storage, so it is not used.  Of the process's environment only the variables that the Caddyfile names are
# passed on.  The admin interface is asked with GET.
COMMAND = r"""
me=$(id -u)
[ -e /proc/1/comm ] || { echo '@@denied'; exit 0; }
get() {
  case $1 in
    unix/*) command -v curl > /dev/null && curl -s -m 2 --unix-socket "/${1#unix//}" http://localhost/config/ ;;
    *) if command -v curl > /dev/null; then curl -s -m 2 --noproxy '*' "http://$1/config/"
       elif command -v wget > /dev/null; then wget -q -T 2 -t 1 -O - "http://$1/config/"
       elif [ -x /usr/bin/python3 ]; then /usr/bin/python3 -I -S -c 'import sys, urllib.request as u
sys.stdout.write(u.build_opener(u.ProxyHandler({})).open(sys.argv[1], timeout=2).read().decode())' "http://$1/config/"
       fi ;;
  esac
}
instance() {
  case $conf in /*) ;; '') ;; *) conf=$cwd/$conf ;; esac
  if [ -z "$conf" ]; then for f in "$cwd/Caddyfile" /etc/caddy/Caddyfile; do
    [ -f "$f" ] && { conf=$f; break; }; done; fi
  text=; how=none
  if [ -z "$conf" ]; then :
  elif [ ! -r "$conf" ]; then how=unreadable
  elif case $conf in *.json) [ -z "$adapter" ] ;; *) false ;; esac; then text=$(cat "$conf"); how=json
  elif [ -n "$run" ]; then
    set --
    for name in $(cat "$conf" "${conf%/*}"/* 2>/dev/null | grep -ohE '\{\$[A-Za-z_][A-Za-z0-9_]*' | cut -c3- | sort -u)
    do
      case $name in LD_* | PATH) continue ;; esac
      value=$(tr '\000' '\n' < "$proc/environ" | sed -n "s/^$name=//p" | head -n 1)
      set -- "$@" "$name=$value"
    done
    text=$(cd / && env -i PATH="$PATH" HOME=/nonexistent "$@" "$exe" adapt --config "$conf" \
      --adapter "${adapter:-caddyfile}" 2>&1) && how=adapted || how=failed
    text=$(printf '%s\n' "$text" | grep -v '^{"level":"\(info\|warn\|debug\)"')
    "$exe" version | sed 's/^/@@version /'
  else how=foreign
  fi
  echo "@@file $how $(stat -L -c '%Y %Z' "$conf" 2>/dev/null || echo 0 0) $conf"
  grep -qs '{\$' "$conf" && echo '@@variables'
  echo '@@text'; printf '%s\n' "$text"
  echo '@@running'
  if [ -n "$proc" ]; then
    admin=$(printf '%s' "$text" | sed -n 's/.*"admin":{[^}]*"listen":"\([^"]*\)".*/\1/p' | head -n 1)
    get "${admin:-localhost:2019}"
  fi
  echo; echo '@@end'
}
found=
for proc in /proc/[0-9]*; do
  read -r comm < "$proc/comm" || continue
  [ "$comm" = caddy ] || continue
  line=$(tr '\000' '\n' < "$proc/cmdline")
  case $line in *run* | *start*) ;; *) continue ;; esac
  space=$(readlink "$proc/ns/pid") || { echo '@@denied'; found=1; continue; }
  # A container has its own processes; a unit with PrivateTmp= has only its own mounts.
  if [ "$space" != "$(readlink /proc/self/ns/pid)" ] || grep -qE 'docker|libpod|kubepods|lxc' "$proc/cgroup"; then
    echo "@@elsewhere ${proc#/proc/}"; continue
  fi
  found=1; exe=$(readlink "$proc/exe"); run=; cwd=$(readlink "$proc/cwd")
  [ -n "$exe" ] || { echo '@@denied'; continue; }
  [ -x "$exe" ] && { o=$(stat -c %u "$exe"); [ "$o" = 0 ] || [ "$o" = "$me" ]; } && run=1
  conf=$(printf '%s\n' "$line" | sed -n '/^\(--config\|-config\|-c\)$/{n;p;}; s/^--\{0,1\}config=//p' | head -n 1)
  adapter=$(printf '%s\n' "$line" | sed -n '/^\(--adapter\|-a\)$/{n;p;}; s/^--adapter=//p' | head -n 1)
  stat=$(cat "$proc/stat"); set -- ${stat##*) }; shift 19
  echo "@@process ${proc#/proc/} $1 $(sed -n 's/^btime //p' /proc/stat) $(getconf CLK_TCK 2>/dev/null || echo 100)"
  instance
done 2>/dev/null
if [ -z "$found" ] && [ -e /etc/caddy/Caddyfile ] && command -v caddy > /dev/null; then
  echo '@@stopped'; proc=; adapter=; cwd=/; conf=/etc/caddy/Caddyfile; exe=$(command -v caddy); run=
  [ "$(stat -L -c %u "$exe")" = 0 ] && run=1
  instance 2>/dev/null
fi
"""
SECRET = re.compile(r"(?i)^password$|secret|token|api_?key|hmac|^Authorization$")
# `caddy run` reads its file within a moment of its start.
TOLERANCE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One Caddy: a running process, or (`pid` 0) one that is installed and does not run.

    Shape: `valid` tells whether its file could be turned into JSON, None where that was not possible to try, `problem`
    what Caddy said.  `running` is the JSON it runs with, empty where its admin interface is off or did not answer;
    `on_disk` that of its file; passwords and tokens are taken out of both.  `differs` tells whether the two say
    different things, None where one is not known; `changed` whether the file was written after the start.
    `has_variables`: the file takes values from the environment.
    """

    pid: int
    version: str
    config: str
    valid: bool | None
    problem: str
    running: str = field(repr=False)
    on_disk: str = field(repr=False)
    differs: bool | None
    changed: bool | None
    has_variables: bool = False

    @property
    def without_admin(self) -> bool:
        """Its file turns the admin interface off, so that only a restart loads another one."""
        return bool(self.on_disk) and bool((json.loads(self.on_disk).get("admin") or {}).get("disabled"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caddy:
    """Every Caddy of this host, those inside containers left out (`elsewhere` counts them)."""

    instances: tuple[Instance, ...]
    elsewhere: int = 0


@probe(COMMAND, limit_s=10, cap=2_097_152, private=True)
def caddy(out: Output) -> Caddy:
    """Source: the admin interface's `/config/`, `caddy adapt` and /proc.

    Absent: no Caddy runs or is installed.  Unobservable: it is another user's.
    """
    text = out.succeeded()
    if re.search("^@@denied", text, re.MULTILINE):
        raise Unobservable("Caddy runs here as another user, and how it was started is for root to read")
    elsewhere = len(re.findall("^@@elsewhere ", text, re.MULTILINE))
    parts = re.split(r"^@@(?=process |stopped)", text, flags=re.MULTILINE)[1:]
    if not parts:
        inside = " outside of containers" if elsewhere else ""
        raise Absent(f"no Caddy runs or is configured on this host{inside}")
    return Caddy(instances=tuple(_instance(part) for part in parts), elsewhere=elsewhere)


def _instance(part: str) -> Instance:
    about, mark, rest = part.partition("\n@@text\n")
    on_disk, _, running = rest.partition("\n@@running\n")
    if not mark or "@@end" not in running:
        raise Unobservable("the answer about Caddy's configuration was cut short")
    running = running.partition("\n@@end")[0].strip()
    running = running if _is_configuration(running) else ""
    how, written, _, path = _line(about, "file").split(" ", 3)
    valid, problem = _validity(how, on_disk)
    version = re.search(r"v?(\d[\w.]*)", _line(about, "version"))
    differs = json.loads(running) != json.loads(on_disk) if running and valid else None
    changed: bool | None = None
    if about.startswith("process "):
        pid, ticks, booted, ticks_per_s = (int(text) for text in about.splitlines()[0].split()[1:])
        changed = int(written) > booted + ticks / ticks_per_s + TOLERANCE_S if int(written) else None
    return Instance(
        pid=pid if about.startswith("process ") else 0,
        version=version[1] if version else "",
        config=path,
        valid=valid,
        problem=problem,
        running=_without_secrets(running),
        on_disk=_without_secrets(on_disk) if valid else "",
        differs=differs,
        changed=changed,
        has_variables="@@variables" in about,
    )


def _line(about: str, mark: str) -> str:
    found = re.search(rf"^@@{mark} (.*)$", about, re.MULTILINE)
    return found[1] if found else ""


def _is_configuration(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _without_secrets(text: str) -> str:
    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: "[redacted]" if SECRET.search(key) else clean(item) for key, item in value.items()}
        return [clean(item) for item in value] if isinstance(value, list) else value

    return json.dumps(clean(json.loads(text))) if text else ""


def _validity(how: str, text: str) -> tuple[bool | None, str]:
    """Whether the file is a configuration, and what is wrong with it or in the way of knowing."""
    if how in {"adapted", "json"}:
        return (True, "") if _is_configuration(text) else (False, "the file is not a JSON object")
    if how == "failed":
        lines = [line for line in text.splitlines() if line.startswith("Error:")] or text.strip().splitlines()[-1:]
        return False, lines[0].removeprefix("Error: ")[:300] if lines else "caddy adapt refused the file"
    reasons = {
        "unreadable": "its file is not readable",
        "foreign": "its binary belongs to another user and is not executed",
        "none": "it was started without a file",
    }
    return None, reasons.get(how, how)
