"""How a Flower was started, and how it would be started now: command line, environment and configuration file.

The text is sections of `== name words…` lines, each followed by lines that begin with one space, so that nothing
in a file can pretend to be a section.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from packaging.version import Version

from flower_audit.inside import INSIDE
from flower_audit.parsers.container_run import given_to_container
from flower_audit.parsers.effective_options import Effective, Given, Problem, effective_options
from flower_audit.parsers.environment_file import read_environment_file
from flower_audit.parsers.flower_command import FlowerCommand, read_command
from flower_audit.parsers.flowerconfig import ConfigFile, read_config
from flower_audit.parsers.systemd_unit import UnitText, command_words, environment_at_start, read_unit, words

READ_ONLY_SINCE = Version("2.1")
LOGIN = ("basic_auth", "auth", "auth_provider", "oauth2_key", "oauth2_secret", "oauth2_redirect_uri", "cookie_secret")
"""Options that must not be told from a file that the running process may never have read."""

CLOCK_SLACK_S = 2
"""Start times are counted in whole seconds from a boot time that moves with every correction of the clock."""

START = (
    INSIDE
    + r"""[ -n "$pid" ] || { [ -r /proc/1/environ ] && echo "== absent" || echo "== hidden"; exit 0; }
process=/proc/$pid
[ -r "$process/environ" ] || { echo "== hidden"; exit 0; }
lines() { tr '\n\000' '\001\n' <"$1" | sed 's/^/ /'; }
text() { head -c 65536 "$1" | sed 's/^/ /'; echo; }
ticks=$(sed 's/.*) //' "$process/stat" | cut -d' ' -f20)
boot=$(awk '$1 == "btime" {print $2}' /proc/stat)
echo "== started $(( boot + ticks / $(getconf CLK_TCK 2>/dev/null || echo 100) ))"
echo "== workdir $(readlink "$process/cwd")"
echo "== uid $(awk '$1 == "Uid:" {print $3}' "$process/status")"
echo "== argv"; lines "$process/cmdline"
echo "== environ"; lines "$process/environ"
config=$(tr '\000' '\n' <"$process/cmdline" | sed -n 's/^--*conf=//p' | tail -n 1)
[ -n "$config" ] ||
  config=$(tr '\000' '\n' <"$process/environ" | sed -n 's/^FLOWER_[Cc][Oo][Nn][Ff]=//p' | tail -n 1)
[ -n "$config" ] || config=flowerconfig.py
case $root in '') cwd=$process/cwd;; *) cwd=$(inside "$(readlink "$process/cwd")");; esac
case $config in /*) file=$config;; *) file=$(readlink "$process/cwd")/$config;; esac
case $root in '') file=$process/root$file;; *) file=$(inside "$file");; esac
if [ -f "$file" ]; then echo "== config $(stat -L -c %Y "$file") $config"; text "$file"
  echo "== config-made $(stat -L -c %W "$file") $(stat -c %Y "$file")"
else echo "== no-config $config"; fi
[ -f "$cwd/celeryconfig.py" ] && echo "== celeryconfig"
if [ -n "$unit" ] && command -v systemctl >/dev/null 2>&1; then
  owner=$(sed -n 's#.*/user@\([0-9]*\)\.service/.*#\1#p' "$process/cgroup" | tail -n 1)
  ask() {
    if [ -z "$owner" ]; then systemctl "$@"
    else
      setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups \
        env XDG_RUNTIME_DIR="/run/user/$owner" systemctl --user "$@"
    fi
  }
  # A Flower started by hand beside the unit was not started so.
  [ -z "$root" ] && ! grep -qsF "/$unit" "$process/cgroup" || {
  echo "== unit"; ask cat "$unit" 2>/dev/null | head -c 65536 | sed 's/^/ /'; echo
  ask show "$unit" --property=EnvironmentFiles 2>/dev/null \
  | sed -n 's/^EnvironmentFiles=\(.*\) (ignore_errors=.*/\1/p' \
  | while IFS= read -r pattern; do for file in $pattern; do [ -f "$file" ] || continue
      [ -r "$file" ] || { echo "== private $file"; continue; }
      echo "== file $file"; text "$file"; done; done
  # Those of docker run and podman run.
  ask show "$unit" --property=ExecStart --value 2>/dev/null | tr ' ' '\n' \
  | sed -n -e 's/^--env-file=//p' -e '/^--env-file$/{n;p;}' | while IFS= read -r file; do [ -f "$file" ] || continue
      [ -r "$file" ] || { echo "== private $file"; continue; }
      echo "== file $file"; text "$file"; done
  }
fi"""
)
"""The shell commands that print how Flower was started, for `read_start`; three facts read them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How a Flower was started.

    Shape: `config` is the text of its configuration file, None where it has none; `config_path` is absolute; `unit` and
    `unit_files` (path to text of EnvironmentFile=) say how systemd would start it now, `unit` None without systemd.
    Units: `started` and `config_changed` in seconds since 1970 (UTC), 0 where unknown.
    """

    argv: tuple[str, ...]
    environ: Mapping[str, str]
    workdir: str
    config: str | None = None
    config_path: str = "flowerconfig.py"
    started: int = 0
    config_changed: int = 0
    has_celeryconfig: bool = False
    unit: UnitText | None = None
    unit_files: Mapping[str, str] = field(default_factory=dict)

    @property
    def command(self) -> FlowerCommand:
        """The command line, read."""
        return read_command(self.argv)

    @property
    def config_is_newer(self) -> bool:
        """The configuration file was changed after the process had read it."""
        return bool(self.started) and self.config_changed > self.started + CLOCK_SLACK_S

    def read_config(self) -> ConfigFile | None:
        """The configuration file as this process would read it."""
        return None if self.config is None else read_config(self.config, self.environ, self.config_path)


def read_start(text: str) -> Start:
    """Read the sections that the probe prints."""
    sections = [
        (heading, [line[1:] for line in lines.split("\n") if line.startswith(" ")])
        for heading, lines in re.findall(r"^== ([^\n]*)\n((?:(?!== )[^\n]*(?:\n|\Z))*)", text, re.MULTILINE)
    ]
    found: dict[str, tuple[str, list[str]]] = {}
    files: dict[str, str] = {}
    for heading, lines in sections:
        name, _, words = heading.partition(" ")
        if name == "file":
            files[words] = "\n".join(lines)
        else:
            found[name] = (words, lines)
    workdir = found.get("workdir", ("", []))[0]
    changed, _, given = found["config"][0].partition(" ") if "config" in found else ("0", "", "")
    # A copy that keeps the times of its source was made later than they say, as far as the file system tells.
    times = [int(text) for text in (changed, *found.get("config-made", ("", []))[0].split()) if text.isdigit()]
    given = given or found.get("no-config", ("flowerconfig.py", []))[0]
    variables = [line.replace("\x01", "\n").partition("=") for line in found.get("environ", ("", []))[1]]
    started = found.get("started", ("0", []))[0]
    unit = "\n".join(found["unit"][1]) if "unit" in found else ""
    return Start(
        argv=tuple(line.replace("\x01", "\n") for line in found.get("argv", ("", []))[1]),
        environ={name: value for name, _, value in variables if name},
        workdir=workdir,
        config="\n".join(found["config"][1]) if "config" in found else None,
        config_path=given if given.startswith("/") else f"{workdir.rstrip('/')}/{given}",
        started=int(started) if started.isdigit() else 0,
        config_changed=max(times, default=0),
        has_celeryconfig="celeryconfig" in found,
        unit=read_unit(unit) if unit.strip() else None,
        unit_files=files,
    )


def resolve(start: Start, release: Version) -> Effective:
    """The options in force.  Login options that the process may have read from an older file become unknown."""
    effective = effective_options(start.command, start.environ, start.read_config(), release, start.config_path)
    effective.problems += _overridden_in_the_unit(start, effective)
    if start.config_is_newer:
        reason = f"{start.config_path} was changed after Flower had read it; restart Flower and audit again"
        above = ("flag", "environment")
        settled = any(
            effective.value(name) and effective.options[name].source in above for name in ("basic_auth", "auth")
        )
        for name in LOGIN:
            source = effective.options[name].source
            if source == "file" or (source == "default" and not settled):
                effective.options[name] = Given(unknown=reason, source="file", where=start.config_path)
        if "read_only" in effective.options and effective.options["read_only"].source == "file":
            effective.options["read_only"] = Given(unknown=reason, source="file", where=start.config_path)
    return effective


def asks_for_read_only(start: Start) -> str:
    """Where read-only mode is asked for, of the running process or of its next start; empty where nobody does.

    Releases that do not know the option are asked as if they did.
    """
    for each in filter(None, (start, _started_now(start))):
        asked = effective_options(each.command, each.environ, each.read_config(), READ_ONLY_SINCE, each.config_path)
        if asked.options["read_only"].value:
            return asked.options["read_only"].where
    return ""


def _overridden_in_the_unit(start: Start, effective: Effective) -> Iterator[Problem]:
    """Variables of an `Environment=` line that an EnvironmentFile= of the same unit sets to something else."""
    for directive in start.unit.all("Environment") if start.unit else ():
        for name, value in directive.assignments().items():
            known = name.startswith("FLOWER_") and name.removeprefix("FLOWER_").lower() in effective.options
            for path, text in start.unit_files.items() if known else ():
                if read_environment_file(text, exports=False).get(name, value) != value:
                    sentence = f"{name} from Environment= ({directive.file}:{directive.line}) is overridden by {path}"
                    yield Problem(kind="shadowed", text=sentence, where=path)


def changed_since(start: Start, release: Version) -> tuple[str, ...]:
    """What a restart would change, as sentences without values."""
    found = []
    if start.config_is_newer:
        found.append(f"{start.config_path} was changed after Flower started")
    running = effective_options(start.command, start.environ, start.read_config(), release, start.config_path)
    refused = [problem for problem in running.problems if problem.kind == "refused"]
    found += [f"the next start will fail: {problem.text} ({problem.where})" for problem in refused]
    now = _started_now(start)
    if now is None:
        return tuple(found)
    fresh = effective_options(now.command, now.environ, now.read_config(), release, now.config_path)
    for name, given in running.options.items():
        other = fresh.options[name]
        if not (given.unknown or other.unknown) and given.value != other.value:
            found.append(f"{name} runs with another value than {other.where or 'its default'} would give it now")
    for name in ("CELERY_BROKER_URL", "BROKER_URL", "FLOWER_UNAUTHENTICATED_API"):
        if start.environ.get(name) != now.environ.get(name):
            found.append(f"{name} of the running process is not what the unit would set now")
    return tuple(found)


def _started_now(start: Start) -> Start | None:
    """How systemd would start it now; None where that is not told (no unit, a shell around it, variables passed on)."""
    if start.unit is None or start.unit.all("PassEnvironment") or start.unit.all("LoadCredential"):
        return None
    commands = start.unit.all("ExecStart")
    if commands and (given := given_to_container(words(commands[-1].value.lstrip("-@:+!")), start.unit_files)):
        return replace(start, environ={**start.environ, **given})
    set_now = environment_at_start(start.unit, start.unit_files)
    if not commands or "%" in commands[-1].value.replace("%%", ""):
        return None
    argv = command_words(commands[-1].value, set_now)
    command = read_command(argv)
    wrapped = any(word in {"-c", "-lc", "-ec"} for word in argv) or command.form == "unknown"
    if wrapped or command.sources:
        return None
    # What neither the unit nor its files mention (PATH, HOME, what the manager passes on) is not compared.
    told = ("FLOWER_", "CELERY_", "BROKER_")
    kept = {name: value for name, value in start.environ.items() if not name.startswith(told)}
    for name in start.unit.specifiers() & start.environ.keys():
        set_now[name] = start.environ[name]
    set_now |= dict(command.assigned)  # by env(1)
    return replace(start, argv=tuple(argv), environ=kept | set_now)
