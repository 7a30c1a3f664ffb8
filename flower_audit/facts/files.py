"""The files that hold Flower's secrets, the copies beside them, and who may read them."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from flower_audit.facts.options import start_of
from flower_audit.inside import ON_HOST
from flower_audit.parsers.environment_file import read_environment_file
from flower_audit.parsers.flower_start import START
from flower_audit.parsers.known_secrets import known_secrets, names_with_secrets
from flower_audit.parsers.secret_names import holds_secret
from flower_audit.parsers.systemd_unit import read_unit
from flower_audit.probe import Output, probe

ASSIGNED = re.compile(r"[\s#;]*(?:export\s+)?([A-Za-z_]\w*)\s*[=:]")
EVERYBODY = {"users", "nogroup", "nobody"}
"""Groups of all people, and of processes without a user of their own."""
EXAMPLE = re.compile(r"(example|sample|template|dist|default)s?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretFile:
    """One file that holds a secret.

    Shape: `mode` is octal text such as `0640`; `names` are the variables or options that hold one; `open_to_others`
    takes the folders above into account, and groups that hold many.
    """

    path: str
    mode: str
    owner: str
    group: str
    names: tuple[str, ...]
    open_to_others: bool
    owner_is_trusted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Files with secrets on Flower's host.

    Shape: `secret` are all that hold one; `looked_at` the paths that were read; `examples` the templates found, and
    `example_leaks` the `NAME (path)` in them whose value is one of the secrets in use.
    """

    secret: tuple[SecretFile, ...]
    looked_at: tuple[str, ...]
    examples: tuple[str, ...] = ()
    example_leaks: tuple[str, ...] = ()


@probe(
    START
    + "\n"
    + ON_HOST
    + r"""
look() {
  [ -f "$1" ] || return 0
  folder=$(dirname "$1") open=yes
  while :; do
    case $(stat -L -c %A "$folder") in *[xt]) ;; *) open=no;; esac
    [ "$folder" = / ] && break
    folder=$(dirname "$folder")
  done
  echo "== ${kind:-look} $(stat -L -c '%a %U %G %u' "$1") $open $1"; head -c 32768 "$1" | sed 's/^/ /'; echo
}
beside() {
  look "$1"
  folder=${1%/*} name=${1##*/}
  for copy in "$folder/$name"?* "$folder/.$name".sw? "$folder/#$name#" "$folder"/[Cc]opy*"$name"; do look "$copy"; done
}
case $config in /*) ;; *) config=$workdir/$config;; esac
echo "== keeper ${owner:-}"
beside "$(on_host "$config")"
here=$(on_host "$workdir")
look "$here/.env"; for file in "$here"/.env?* "$here"/env.example; do look "$file"; done
if [ -n "$unit" ] && command -v systemctl >/dev/null 2>&1; then
  ask show "$unit" --property=EnvironmentFiles 2>/dev/null \
  | sed -n 's/^EnvironmentFiles=\(.*\) (ignore_errors=.*/\1/p' \
  | while IFS= read -r pattern; do for file in $pattern; do beside "$file"; done; done
  # docker run and podman run
  ask show "$unit" --property=ExecStart --value 2>/dev/null | tr ' ' '\n' \
  | sed -n -e 's/^--env-file=//p' -e '/^--env-file$/{n;p;}' | while IFS= read -r file; do beside "$file"; done
  # The workers' own, which hold the same broker's password.
  for file in $(grep -lazxE 'worker' /proc/[0-9]*/cmdline 2>/dev/null); do
    grep -qazE '(^|/)celery$' "$file" && sed -n 's#.*/\([^/]*\.service\)$#\1#p' "${file%/cmdline}/cgroup" | tail -n 1
  done | sort -u | head -n 5 | while IFS= read -r worker; do
    systemctl show "$worker" --property=EnvironmentFiles 2>/dev/null
  done | sed -n 's/^EnvironmentFiles=\(.*\) (ignore_errors=.*/\1/p' \
  | while IFS= read -r pattern; do for file in $pattern; do kind=worker look "$file"; done; done
  ask show "$unit" --property=FragmentPath --property=DropInPaths --value 2>/dev/null | tr ' ' '\n' \
  | while IFS= read -r file; do [ -n "$file" ] && beside "$file"; done
fi
exit 0""",
    root=True,
    private=True,
    cap=1_048_576,
)
def files(out: Output) -> Files:
    """Source: stat(1) of the configuration file, EnvironmentFile=, the unit, .env, of copies beside them, and of the
    workers' files that hold one of Flower's own secrets.

    Absent: no Flower runs.
    """
    start, text = start_of(out), out.stdout
    # The user whose own service manager runs Flower, be it in a container, holds its secrets anyway.
    trusted = {"0", *re.findall(r"^== (?:uid|keeper) (\d+)$", text, re.MULTILINE)}
    secret, looked_at, examples, leaks = [], [], [], []
    known = known_secrets(start)
    blocks = re.findall(
        r"^== (look|worker) (\d+) (\S+) (\S+) (\d+) (yes|no) ([^\n]+)\n((?: [^\n]*\n)*)", text, re.MULTILINE
    )
    for kind, mode, owner, group, owner_uid, reachable, path, lines in blocks:
        if path in looked_at:
            continue
        content = "\n".join(line[1:] for line in lines.split("\n"))
        looked_at.append(path)
        if EXAMPLE.search(path):
            examples.append(path)
            leaks += [f"{name} ({path})" for name in _values_in(content, known)]
            continue
        names = _names(path, content) if kind == "look" else tuple(_values_in(content, known))
        if not names:
            continue
        secret.append(
            SecretFile(
                path=path,
                mode=mode.rjust(4, "0"),
                owner=owner,
                group=group,
                names=names,
                open_to_others=reachable == "yes" and int(mode, 8) & (0o066 if group in EVERYBODY else 0o006) != 0,
                owner_is_trusted=owner_uid in trusted or kind == "worker",
            )
        )
    return Files(secret=tuple(secret), looked_at=tuple(looked_at), examples=tuple(examples), example_leaks=tuple(leaks))


def _names(path: str, content: str) -> tuple[str, ...]:
    """What holds a secret in a file, by what kind of file it is or is a copy of."""
    if re.search(r"\.py\b", posixpath.basename(path)):
        return names_with_secrets(content, python=True)
    if re.search(r"^\[(Service|Unit)\]\s*$", content, re.MULTILINE):
        variables: Mapping[str, str] = read_unit(content).environment()
        return tuple(name for name, value in variables.items() if holds_secret(name, value))
    return names_with_secrets(content, python=False)


def _values_in(content: str, known: frozenset[str]) -> list[str]:
    """The names in a template whose value, commented out or over several lines, contains a secret that is in use."""
    found = [name for name, value in read_environment_file(content).items() if any(secret in value for secret in known)]
    name = ""
    for number, line in enumerate(content.splitlines(), start=1):
        assigned = ASSIGNED.match(line)
        name = assigned[1] if assigned else name
        if any(secret in line for secret in known):
            found.append(name or f"line {number}")
    return list(dict.fromkeys(found))
