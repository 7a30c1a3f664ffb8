"""Many commands, one round trip: the shell script of a round, and how its answer is taken apart.

The script writes nothing on the target.  After each command it prints a nonce that the target cannot guess, so
hostile output cannot pretend to be the next answer.  Fewer nonces than commands means that the connection was lost.
"""

import base64
import gzip
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flower_audit.errors import Unreachable
from flower_audit.probe import Output, Privilege

STDERR_CAP = 4096
ARGUMENT_LIMIT = 100_000
"""Linux refuses one argument of more than 128 KiB (MAX_ARG_STRLEN), and ssh joins the command into one."""

PRELUDE = r"""
export LC_ALL=C LANG=C SYSTEMD_COLORS=0 SYSTEMD_PAGER= SYSTEMD_PAGERSECURE=1 PAGER=cat
export PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
command -v timeout >/dev/null 2>&1 || timeout() { shift 3; "$@"; }
exec 3>&1
p() {
  read -r t0 _ </proc/uptime
  rc=$( { { timeout -k 1 "$1" sh -c "$3" </dev/null 3>&- 5>&-; echo "$?" >&5; } | head -c "$2" >&3; } 5>&1 )
  read -r t1 _ </proc/uptime
  printf '\n%s %s %s %s\n' "$nonce" "$rc" "$t0" "$t1"
  printf '\n%s\n' "$nonce" >&2
}
"""

FIND_FLOWER = r"""
is_flower() {
  read -r name <"/proc/$1/comm" 2>/dev/null || return 1
  case $name in
    sudo|su|timeout|env|nice|runuser|setpriv|tini|dumb-init|docker*|podman|conmon|grep|sh|bash|ssh) return 1;;
  esac
  # `celery -A flower worker` is a worker of an application of that name.
  case " $(tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | sed 's/ \(-A\|--app\|-n\|-Q\) *[^ ]*/ /g') " in
    *' install '*) return 1;;
    *[/\ ]celery\ flower\ *|*[/\ ]celery\ *\ flower\ *) return 0;;
    *' -m celery '*' flower '*|*' -m flower '*|*/bin/flower\ *) return 0;;
  esac
  return 1
}
unit_of() {
  found=$(sed -n 's#.*[:/]\([^/:]*\.service\).*#\1#p' "/proc/$1/cgroup" 2>/dev/null | tail -n 1)
  case $found in
    ''|ssh.service|sshd.service|ssh@*|cron.service|crond.service|atd.service|rc-local.service|user@*) ;;
    docker.service|containerd.service) ;;
    *) echo "$found";;
  esac
}
here=$(stat -L -c %d:%i / 2>/dev/null)
# A root of its own, so its paths are not those of this host: a container's, or that of RootDirectory=.
is_apart() {
  there=$(stat -L -c %d:%i "/proc/$1/root" 2>/dev/null)
  if [ -n "$there" ]; then [ "$there" != "$here" ]; else is_contained "$1"; fi
}
is_contained() {
  grep -qs '^NSpid:[[:space:]]*[0-9][0-9]*[[:space:]][[:space:]]*[0-9]' "/proc/$1/status" ||
    grep -qsE '/(docker|libpod|crio|cri-containerd|nerdctl|lxc)[-/]|/(kubepods|lxc)[-./]' "/proc/$1/cgroup"
}
# Of a container that podman keeps, the monitor above it is in the unit's control group.
unit_around() {
  ancestor=$1
  while [ "${ancestor:-0}" -gt 1 ]; do
    unit_of "$ancestor" | grep . && return
    ancestor=$(awk '$1 == "PPid:" {print $2}' "/proc/$ancestor/status" 2>/dev/null)
  done
}
take() {
  if [ -n "$unit" ] && [ "$2" != "$unit" ]; then others="$others $1"; return; fi
  if [ -n "$pid" ]; then others="$others $1"; return; fi
  pid=$1; found_unit=$2
}
others= contained= apart= root=
[ -n "$pid" ] || for file in $(grep -lazxsE 'flower|.*/flower' /proc/[0-9]*/cmdline 2>/dev/null); do
  candidate=${file#/proc/}; candidate=${candidate%/cmdline}
  is_flower "$candidate" || continue
  if is_apart "$candidate"; then apart="$apart $candidate"; else take "$candidate" "$(unit_of "$candidate")"; fi
done
# Flowers of the host itself come first; of one with a root of its own nothing is told to other users.
for candidate in $apart; do
  if [ -e "/proc/$candidate/root/" ]; then take "$candidate" "$(unit_around "$candidate")"
  else contained="$contained $candidate"; fi
done
keeper=
[ -n "$pid" ] && is_apart "$pid" && root=/proc/$pid/root keeper=$(unit_around "$pid")
[ -n "$unit" ] || unit=$found_unit
# A unit that is there and does not run, be it because somebody started Flower by hand beside it.
if [ -z "$unit" ]; then
  file=$(for folder in /etc /run /usr/local/lib /usr/lib /lib; do
      ls "$folder"/systemd/system/*flower.service "$folder"/systemd/system/*flower@.service 2>/dev/null
      grep -lsE '^ExecStart=.*(celery([[:space:]].*)?[[:space:]]|/bin/|-m[[:space:]]+)flower([[:space:]]|$)' \
        "$folder"/systemd/system/*.service
    done | while read -r found; do
      # A Flower in a container that no unit keeps is not the affair of a unit that starts another.
      [ -z "$root" ] || grep -qsE '^ExecStart=.*(docker|podman|nerdctl|compose)' "$found" || continue
      echo "$found"
    done | head -n 1)
  unit=${file##*/}
  case $unit in *@.service)
    for file in /etc/systemd/system/*.wants/"${unit%.service}"*.service; do
      [ -e "$file" ] && unit=${file##*/} && break
    done;;
  esac
fi
workdir= venv=
if [ -n "$pid" ]; then
  workdir=$(readlink "/proc/$pid/cwd" 2>/dev/null)
  venv=$(tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null \
    | sed -n 's#^\(/.*\)/bin/\(python[0-9.]*\|celery\|flower\)$#\1#p' | head -n 1)
fi
if [ -n "$unit" ] && command -v systemctl >/dev/null 2>&1; then
  [ -n "$workdir" ] || workdir=$(systemctl show "$unit" --property=WorkingDirectory --value 2>/dev/null)
  [ -n "$venv$root" ] || venv=$(systemctl show "$unit" --property=ExecStart --value 2>/dev/null \
    | grep -vE 'path=[^ ;]*/(podman|docker|nerdctl) ' | sed -n 's#.*path=\(/[^ ;]*\)/bin/[^ ;/]* .*#\1#p' | head -n 1)
fi
"""


ALLOWED: Mapping[Privilege, str] = {
    "nothing": "",
    "owner": '[ "$uid" != 0 ] && [ "$uid" != "$owner" ] || ',
    "root": '[ "$uid" != 0 ] || ',
}
"""The condition before a command: what it needs must be there, for half an answer would be taken for a whole one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of a round.  Units: `limit_s` seconds, `cap` bytes."""

    name: str
    text: str
    limit_s: int
    cap: int
    needs: Privilege
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a round gave: the header's variables, and an Output for each command that was run and answered.

    Shape: a command that needs a privilege and did not have it is in `refused`; `sudo_error` is what sudo said.
    """

    variables: Mapping[str, str]
    outputs: Mapping[str, Output]
    refused: frozenset[str]
    sudo_error: str


def write(commands: Sequence[Command], nonce: str, variables: Mapping[str, str], *, find: bool) -> str:
    """The script of one round; with `find` it first looks for Flower's process and unit."""
    lines = [f"nonce={nonce}", PRELUDE]
    lines += [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    if find:
        lines.append(FIND_FLOWER)
    lines.append("export unit pid workdir venv root keeper contained")
    lines.append('user=$(id -un 2>/dev/null); uid=$(id -u); owner=$(stat -c %u "/proc/$pid" 2>/dev/null)')
    lines.append('printf "\\n%s header\\n" "$nonce"')
    lines.append(
        'printf "%s\\0" "uid=$uid" "owner=$owner" "login=${SUDO_USER:-$user}" "unit=$unit" "pid=$pid" '
        '"workdir=$workdir" "venv=$venv" "root=$root" "others=$others" "contained=$contained"'
    )
    lines.append('printf "\\n%s end\\n" "$nonce"; printf "\\n%s\\n" "$nonce" >&2')
    for command in commands:
        lines += [f"export {name}={shlex.quote(value)}" for name, value in command.variables.items()]
        call = f"p {command.limit_s} {command.cap + 1} {shlex.quote(command.text)}"
        lines.append(ALLOWED[command.needs] + call)
    lines.append('printf "\\n%s done\\n" "$nonce"')
    return "\n".join(lines) + "\n"


def wrap(script: str, nonce: str, *, sudo: bool, sudo_user: str | None = None) -> str:
    """One command line that runs the script under whatever login shell, under sudo where that needs no password."""
    encoded = base64.b64encode(script.encode()).decode()
    decode = "base64 -d"
    if len(encoded) > ARGUMENT_LIMIT:
        encoded = base64.b64encode(gzip.compress(script.encode(), 9)).decode()
        decode = "base64 -d | gzip -dc"
    read = f"printf %s {encoded} | {decode}"
    if not sudo:
        return f"{read} | sh"
    become = f"sudo -n -u {shlex.quote(sudo_user)}" if sudo_user else "sudo -n"
    inner = (
        f"d() {{ {read}; }}; "
        f"if why=$({become} true 2>&1); then d | {become} sh; "
        f'else printf "{nonce} sudo %s\\n" "$why"; d | sh; fi'
    )
    return f"sh -c {shlex.quote(inner)}"


def read(
    stdout: bytes,
    stderr: bytes,
    nonce: str,
    commands: Sequence[Command],
    *,
    asked_at: float = 0.0,
    answered_at: float = 0.0,
) -> Answer:
    """Take a round's answer apart.  Unreachable: the script did not run to its end."""
    text = stdout.decode("utf-8", "replace")
    sudo_error = ""
    if match := re.match(rf"{nonce} sudo (.*?)\n(?=\n{nonce} header\n)", text, re.DOTALL):
        sudo_error = (match[1].strip().splitlines() or ["sudo was refused"])[-1][:200]
    header = re.search(rf"\n{nonce} header\n(.*?)\n{nonce} end\n", text, re.DOTALL)
    if header is None:
        raise Unreachable(
            "host", "the host gave no answer that the audit understands; is its shell POSIX sh with base64?"
        )
    variables = dict(part.partition("=")[::2] for part in header[1].split("\0") if "=" in part)
    has = {"nothing", *(["root", "owner"] if variables["uid"] == "0" else [])}
    has |= {"owner"} if variables["uid"] == variables["owner"] else set()
    refused = frozenset(command.name for command in commands if command.needs not in has)
    asked = [command for command in commands if command.name not in refused]
    answers = re.split(rf"\n{nonce} (\d*) ([\d.]+) ([\d.]+)\n", text[header.end() :])
    complaints = stderr.decode("utf-8", "replace").split(f"\n{nonce}\n")[1:]
    outputs = {}
    for index, command in enumerate(asked):
        if 4 * index + 3 >= len(answers):
            break
        body, rc, began, ended = answers[4 * index : 4 * index + 4]
        raw = body.encode()
        outputs[command.name] = Output(
            rc=int(rc or 255),
            stdout=raw[: command.cap].decode("utf-8", "ignore"),
            stderr=complaints[index][:STDERR_CAP] if index < len(complaints) else "",
            truncated=len(raw) > command.cap,
            duration_s=round(float(ended) - float(began), 2),
            asked_at=asked_at,
            answered_at=answered_at,
        )
    return Answer(variables=variables, outputs=outputs, refused=refused, sudo_error=sudo_error)
