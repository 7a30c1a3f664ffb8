"""nginx on the host: its whole configuration, whether it is valid, and whether the running one was loaded from it."""

import re
from dataclasses import dataclass, field

from flower_audit.errors import Absent, Unobservable
from flower_audit.probe import Output, probe

# The parts of one instance, each below its own mark.  `nginx -T` runs only where an nginx of root's (or of the
# auditor's own) runs already: otherwise it would create the pid file, and a name in /proc is no reason to execute
# what somebody else owns.  Where it fails, the files are read as they lie, keys and password files left out.
COMMAND = r"""
me=$(id -u)
[ -e /proc/1/comm ] || { echo '@@denied'; exit 0; }
files() {
  find -L "$1" -maxdepth 3 -type f -size -128k ! -name '*passwd*' ! -name '*.pem' ! -name '*.key' ! -name '*.crt' \
    2>/dev/null | sort | head -n 200 | while read -r f; do
    case $f in */sites-available/*) continue ;; esac
    grep -qsE 'PRIVATE KEY' "$f" && continue
    [ -r "$f" ] || { echo "@@unreadable $f"; continue; }
    printf '# configuration file %s:\n' "$f"; cat "$f"; echo
  done
}
instance() {
  dir=${conf%/*}
  status=1; dump=
  if [ -n "$run" ]; then
    dump=$("$exe" -T ${conf_given:+-c "$conf_given"} ${prefix:+-p "$prefix"} 2>&1); status=$?
    "$exe" -v 2>&1 | sed 's/^/@@version /'
    printf '%s\n' "$dump" | sed '/^# configuration file /,$d; s/^/@@message /' | head -n 20
  fi
  [ "$status" = 0 ] || dump=$(printf '# configuration file %s:\n' "$conf"; cat "$conf" 2>/dev/null; echo; files "$dir")
  echo "@@status ${run:+$status} $conf"
  names=$(printf '%s\n' "$dump" | sed -n 's/^# configuration file \(\/.*\):$/\1/p' | sort -u)
  printf '%s\n' "$names" | tr '\n' '\000' | xargs -0 stat -L -c '@@content %Y %Z %n' 2>/dev/null
  printf '%s\n' "$names" | tr '\n' '\000' | xargs -0 stat -c '@@entry %Y %Z %n' 2>/dev/null
  find -L "$dir/sites-enabled" "$dir/conf.d" -maxdepth 1 -type l 2>/dev/null | head -n 5 | sed 's/^/@@dangling /'
  echo '@@dump'; printf '%s\n' "$dump"
  echo '@@available'
  for f in "$dir"/sites-available/* "$dir"/conf.d/*.disabled "$dir"/conf.d/*.bak; do
    [ -f "$f" ] && grep -qs proxy_pass "$f" || continue
    real=$(readlink -f "$f"); seen=
    for name in $names; do [ "$(readlink -f "$name")" = "$real" ] && seen=1; done
    [ -n "$seen" ] || { printf '# configuration file %s:\n' "$f"; head -c 65536 "$f"; echo; }
  done
  echo '@@end'
}
found=
for d in /proc/[0-9]*; do
  read -r comm < "$d/comm" || continue
  case $comm in nginx | openresty | angie) ;; *) continue ;; esac
  title=$(tr '\000' ' ' < "$d/cmdline")
  case $title in *'master process'*) ;; *) continue ;; esac
  space=$(readlink "$d/ns/pid") || { echo '@@denied'; found=1; continue; }
  # A container has its own processes; a unit with PrivateTmp= has only its own mounts.
  if [ "$space" != "$(readlink /proc/self/ns/pid)" ] || grep -qE 'docker|libpod|kubepods|lxc' "$d/cgroup"; then
    echo "@@elsewhere ${d#/proc/}"; continue
  fi
  found=1; owner=$(stat -c %u "$d"); exe=$(readlink "$d/exe"); run=
  [ "$owner" = "$me" ] && [ -x "$exe" ] && { o=$(stat -c %u "$exe"); [ "$o" = 0 ] || [ "$o" = "$me" ]; } && run=1
  if [ "$me" != 0 ] && [ -z "$run" ]; then echo '@@denied'; continue; fi
  conf_given=$(printf '%s' "$title" | sed -n 's/.* -c *\([^ ]*\).*/\1/p')
  prefix=$(printf '%s' "$title" | sed -n 's/.* -p *\([^ ]*\).*/\1/p')
  conf=${conf_given:-$("$exe" -V 2>&1 | sed -n 's/.*--conf-path=\([^ ]*\).*/\1/p')}
  case $conf in /*) ;; '') conf=/etc/nginx/nginx.conf ;; *) conf=${prefix:-$(readlink "$d/cwd")}/$conf ;; esac
  echo "@@master ${d#/proc/}"
  echo "@@clock $(sed -n 's/^btime //p' /proc/stat) $(getconf CLK_TCK 2>/dev/null || echo 100)"
  for w in /proc/[0-9]*; do
    read -r comm < "$w/comm" || continue
    case $comm in nginx | openresty | angie) ;; *) continue ;; esac
    stat=$(cat "$w/stat"); set -- ${stat##*) }
    [ "$2" = "${d#/proc/}" ] || continue
    shift 19; echo "@@worker $1 $(tr '\000' ' ' < "$w/cmdline")"
  done
  instance
done 2>/dev/null
if [ -z "$found" ] && [ -e /etc/nginx/nginx.conf ]; then
  echo '@@stopped'; run=; conf=/etc/nginx/nginx.conf; instance
fi
"""

MARK = re.compile(r"^@@(\w+) ?(.*)$", re.MULTILINE)
CREDENTIALS = re.compile(r"((?:proxy_set_header|add_header)\s+(?:Proxy-)?Authorization)\s+[^;]*;", re.IGNORECASE)
EMERGENCY = re.compile(r"^.*?\[emerg\] (?:\d+#\d+: )?")
# A worker starts within a second of the reload that forks it; both clocks count in hundredths at best.
TOLERANCE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One nginx: a running master process, or (`pid` 0) one that is installed and does not run.

    Shape: `valid` is None where nothing could test it; `problem` is nginx's own first complaint.  `dump` is the text of
    all files of the configuration, `available` that of site files which are not part of it.  `changed` names files
    that were written after the running workers were started, `moved` those that may have been (put in place or given
    another owner or mode since, with an older date of writing).  `dangling` are links to sites that lead nowhere.
    """

    pid: int
    version: str
    config: str
    valid: bool | None
    problem: str
    dump: str = field(repr=False)
    available: str = field(repr=False)
    changed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    dangling: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nginx:
    """Every nginx of this host, those inside containers left out (`elsewhere` counts them)."""

    instances: tuple[Instance, ...]
    elsewhere: int = 0


@probe(COMMAND, limit_s=10, cap=2_097_152, private=True)
def nginx(out: Output) -> Nginx:
    """Source: `nginx -T` and /proc.  Absent: no nginx runs or is installed.  Unobservable: it is another user's."""
    text = out.succeeded()
    if re.search("^@@denied", text, re.MULTILINE):
        raise Unobservable("nginx runs here as another user, and its configuration is for root to read")
    elsewhere = len(re.findall("^@@elsewhere ", text, re.MULTILINE))
    parts = re.split(r"^@@(?=master |stopped)", text, flags=re.MULTILINE)[1:]
    if not parts:
        inside = " outside of containers" if elsewhere else ""
        raise Absent(f"no nginx runs or is configured on this host{inside}")
    return Nginx(instances=tuple(_instance(part) for part in parts), elsewhere=elsewhere)


def _instance(part: str) -> Instance:
    about, _, rest = part.partition("\n@@dump\n")
    dump, _, available = rest.partition("\n@@available\n")
    marks: dict[str, list[str]] = {}
    for name, text in MARK.findall("@@" + about):
        marks.setdefault(name, []).append(text)
    if "status" not in marks:
        raise Unobservable("the answer about nginx's configuration was cut short")
    status, _, config = marks["status"][0].partition(" ")
    messages = [EMERGENCY.sub("[emerg] ", text) for text in marks.get("message", []) if "[emerg]" in text]
    version = re.search(r"/(\d[\w.]*)", marks.get("version", [""])[0])
    changed, moved = _since(_loaded_at(marks), marks)
    return Instance(
        pid=int(marks["master"][0]) if "master" in marks else 0,
        version=version[1] if version else "",
        config=config,
        valid=status == "0" if status else None,
        problem=messages[0][:300]
        if messages
        else ""
        if status in {"", "0"}
        else f"nginx -t ended with status {status}",
        dump=CREDENTIALS.sub(r"\1 [redacted];", dump),
        available=available.partition("\n@@end")[0] if "# configuration file" in available else "",
        changed=changed,
        moved=moved,
        dangling=tuple(marks.get("dangling", ())),
    )


def _loaded_at(marks: dict[str, list[str]]) -> float | None:
    """When the oldest worker that takes requests was started, in seconds since 1970."""
    if "clock" not in marks:
        return None
    booted, ticks_per_s = (int(text) for text in marks["clock"][0].split())
    started = [int(text.split()[0]) for text in marks.get("worker", []) if "worker process" in text]
    # The workers of before a reload serve their last requests for as long as those take.
    living = [int(text.split()[0]) for text in marks.get("worker", []) if text.rstrip().endswith("worker process")]
    ticks = min(living or started, default=None)
    return None if ticks is None else booted + ticks / ticks_per_s


def _since(loaded_at: float | None, marks: dict[str, list[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if loaded_at is None:
        return (), ()
    changed: list[str] = []
    moved: list[str] = []
    for line in (*marks.get("content", []), *marks.get("entry", [])):
        written, touched, path = line.split(" ", 2)
        if int(written) > loaded_at + TOLERANCE_S:
            changed.append(path)
        elif int(touched) > loaded_at + TOLERANCE_S:
            moved.append(path)
    return tuple(dict.fromkeys(changed)), tuple(path for path in dict.fromkeys(moved) if path not in changed)
