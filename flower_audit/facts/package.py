"""What is installed in the Python environment that Flower runs in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from flower_audit.errors import Absent, Unobservable
from flower_audit.inside import CLOSED, INSIDE, require_open
from flower_audit.probe import Output, probe

LOOKED_AT = frozenset({"celery", "tornado", "prometheus-client"})
"""What Flower requires and the command looks for; humanize and pytz break nothing at start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The distributions beside Flower.

    Shape: `versions` maps canonical names to versions, for Flower, Celery and what they talk through; without `flower`
    in it, Flower is not installed there; `requires_python` and `unmet` come of Flower's own metadata, `unmet` as
    `celery>=5.0.5 (found 4.4.7)`; `python` may have two parts; `interpreter_gone` is the path of the interpreter that
    the environment was made with, where it is not there any more; `left_behind` tells where a Flower is that the
    interpreter of today does not find.
    Units: `installed`, the time of Flower's installation, in seconds since 1970, 0 where unknown.
    """

    venv: str
    python: str
    versions: Mapping[str, str]
    requires_python: str
    unmet: tuple[str, ...] = ()
    installed: int = 0
    interpreter_gone: str = ""
    left_behind: str = ""

    @property
    def found(self) -> dict[str, str]:
        """For the head of the report."""
        known = {"Celery": self.versions.get("celery", ""), "Python": self.python}
        return {name: version for name, version in known.items() if version}

    @property
    def flower(self) -> Version | None:
        """Flower's release, None where it is not installed there."""
        return _version(self.versions.get("flower", ""))

    @property
    def python_fits(self) -> bool:
        """The interpreter is one that this Flower supports; True where either is not told."""
        found = _version(self.python)
        try:
            return found is None or found in SpecifierSet(self.requires_python)
        except InvalidSpecifier:
            return True


@probe(
    CLOSED
    + INSIDE
    + r"""[ -n "$venv" ] || { echo absent; exit 0; }
folder=$(inside "$venv")
[ -d "$folder" ] || { echo "missing $venv"; exit 0; }
[ -x "$folder/lib" ] && [ -r "$folder/lib" ] || { echo "hidden $venv"; exit 0; }
echo "venv: $venv"
settings=$(inside "$venv/pyvenv.cfg")
sed -n 's/^version\(_info\)\{0,1\} *= */python: /p' "$settings" 2>/dev/null
for name in python3 python; do
  program=$(inside "$venv/bin/$name")
  [ -n "$root" ] || program=$(readlink -f "$program")
  [ -d "${program%/*}" ] && [ -x "${program%/*}" ] || continue
  [ -e "$program" ] && { echo "interpreter: ${program##*/}"; break; }
  [ -L "$folder/bin/$name" ] && { echo "gone: $program"; break; }
done
more= base=$venv
if grep -qi '^include-system-site-packages *= *true' "$settings" 2>/dev/null; then
  base=$(sed -n 's|^home *= *\(.*\)/bin/*$|\1|p' "$settings")
  more="$root$base/lib/python3*/site-packages"
fi
case $base in /usr|/usr/local)
  more="$more $root/usr/local/lib/python3*/dist-packages $root/usr/lib/python3*/dist-packages"
  user=$([ -n "$pid" ] && stat -c %u "/proc/$pid" 2>/dev/null)
  home=$(awk -F: -v user="${user:-none}" '$3 == user { print $6; exit }' "$root/etc/passwd")
  [ -n "$home" ] && [ -d "$root$home" ] && [ ! -x "$root$home" ] && echo "hidden $home"
  more="$more $root${home:-/nonexistent}/.local/lib/python3*/site-packages";;
esac
for lib in "$folder"/lib/python[0-9]*/site-packages "$folder"/lib/pypy[0-9]*/site-packages $more; do
  lib=$(inside "${lib#"$root"}")
  [ -d "$lib" ] || continue
  [ -r "$lib" ] && [ -x "$lib" ] || { echo "hidden $lib"; continue; }
  echo "lib: $lib"
  for name in flower celery kombu redis tornado prometheus_client amqp librabbitmq packaging boto3 pycurl; do
    for file in "$lib"/"$name"-[0-9]*-info/METADATA "$lib"/"$name"-[0-9]*-info/PKG-INFO \
        "$lib"/[A-Z]"${name#?}"-[0-9]*-info/METADATA; do
      [ -e "$file" ] || [ -L "$file" ] && file=$(inside "${file#"$root"}")
      [ -f "$file" ] || continue
      echo "metadata:"
      [ "$name" = flower ] && echo "Installed: $(stat -c %Y "${file%/*}")"
      sed '/^\r\{0,1\}$/q' "$file" | grep -E '^(Name|Version|Requires-Python|Requires-Dist): '
      break
    done
  done
done""",
    way="process",
)
def package(out: Output) -> Package:
    """Nothing is executed or imported: the metadata that pip wrote is read.

    Source: the core metadata specification.  Absent: no Flower process and no unit that names its environment.
    Unobservable: the environment's folder may not be read.
    """
    text = out.succeeded()
    require_open(text)
    if text.startswith("absent"):
        raise Absent("no Flower is on this host: neither a process nor a unit names its Python environment")
    head, *rest = re.split(r"^lib: (.*)\n", text, flags=re.MULTILINE)
    interpreter = re.search(r"^interpreter: (?:python|pypy)(\d+\.\d+)", head, re.MULTILINE)
    own, left_behind = [], ""
    for lib, body in zip(rest[::2], rest[1::2], strict=True):
        made_for = re.search(r"/(?:python|pypy)(\d+\.\d+)/", lib)
        blocks = [
            HeaderParser().parsestr(re.sub(r"^hidden.*\n", "", block, flags=re.MULTILINE))
            for block in body.split("metadata:\n")[1:]
        ]
        if interpreter and made_for and interpreter[1] != made_for[1]:
            if any(str(block.get("Name", "")).lower() == "flower" for block in blocks):
                left_behind = f"it is in {lib}, and the interpreter is now Python {interpreter[1]}"
            continue
        own += blocks
    versions: dict[str, str] = {}
    flower_headers: list[tuple[str, str]] = []
    for headers in own:
        name = canonicalize_name(str(headers.get("Name", "")))
        if name and name not in versions:
            versions[name] = str(headers.get("Version", ""))[:40]
            flower_headers = list(headers.items()) if name == "flower" else flower_headers
    if "flower" not in versions and re.search(r"^hidden ", text, re.MULTILINE):
        raise Unobservable("the folder of Flower's Python environment may not be read without root")
    venv = re.search(r"^(?:venv:|missing) (.*)$", head, re.MULTILINE)
    gone = re.search(r"^gone: (.*)$", head, re.MULTILINE)
    return Package(
        venv=venv[1] if venv else "",
        python=_python(head, interpreter[1] if interpreter else "", rest[::2]),
        versions=versions,
        requires_python=next((value for name, value in flower_headers if name == "Requires-Python"), ""),
        unmet=tuple(
            sentence
            for name, value in flower_headers
            if name == "Requires-Dist" and (sentence := _unmet(value, versions))
        ),
        installed=int(dict(flower_headers).get("Installed", "").strip() or 0),
        interpreter_gone=gone[1] if gone else "",
        left_behind=left_behind,
    )


def _python(head: str, interpreter: str, libs: Sequence[str]) -> str:
    """The interpreter's version: as the environment says it, if that is still true."""
    told = re.search(r"^python: *(\d+(?:\.\d+)+)", head, re.MULTILINE)
    if told and (not interpreter or told[1].startswith(f"{interpreter}.") or told[1] == interpreter):
        return told[1]
    if interpreter:
        return interpreter
    return next((match[1] for lib in libs if (match := re.search(r"/(?:python|pypy)(\d+\.\d+)/", lib))), "")


def _unmet(text: str, versions: Mapping[str, str]) -> str:
    """What a requirement of Flower lacks; empty where it is met or says nothing of what was looked at."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return ""
    name = canonicalize_name(requirement.name)
    if requirement.marker is not None or name not in LOOKED_AT:
        return ""
    found = _version(versions.get(name, ""))
    if found is None:
        return "" if name in versions else f"{name}{requirement.specifier} (not installed)"
    fits = requirement.specifier.contains(found, prereleases=True)
    return "" if fits else f"{name}{requirement.specifier} (found {found})"


def _version(text: str) -> Version | None:
    try:
        return Version(text) if text else None
    except InvalidVersion:
        return None
