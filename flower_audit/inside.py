"""Paths of a Flower that has a root directory of its own, as in a container, made into paths of the host.

`$root` is `/proc/<pid>/root` then, and empty where Flower sees the host's own files.  A symbolic link below it would
lead out into the host's files if the kernel followed it, so each one is followed here, within that root.
"""

from flower_audit.errors import Unobservable

CLOSED = r"""[ -n "$pid" ] || [ -z "$contained" ] || { echo closed; exit 0; }
"""
"""Ends a command where the only Flower is in a container into which the audit may not look; see `require_open`."""


def require_open(text: str) -> None:
    """Unobservable: the command ended with CLOSED."""
    if text.startswith("closed"):
        raise Unobservable("Flower runs in a container of this host; it takes root to look into it (give --sudo)")


INSIDE = r"""inside() {
  case $root in '') printf '%s\n' "$1"; return;; esac
  (
    rest=$1/ done= links=0
    while [ -n "$rest" ]; do
      part=${rest%%/*} rest=${rest#*/}
      case $part in ''|.) continue;; ..) done=${done%/*}; continue;; esac
      link=$(readlink "$root$done/$part") || { done=$done/$part; continue; }
      links=$((links + 1)); [ "$links" -le 40 ] || return 1
      case $link in /*) done=;; esac
      rest=$link/$rest
    done
    printf '%s\n' "$root$done"
  )
}
"""
"""A shell function that prints where the host finds one of Flower's paths; it fails where links go round in circles."""

ON_HOST = (
    "\n"
    + INSIDE
    + r"""on_host() {
  found=$(inside "$1") || return 1
  case $root in '') printf '%s\n' "$found"; return;; esac
  path=${found#"$root"} otherwise=$found awk '
    function below(this, point) { return point == "/" || index(this "/", point "/") == 1 }
    function rest(this, point) { return point == "/" ? this : substr(this, length(point) + 1) }
    { gsub(/\\040/, " ", $4); gsub(/\\040/, " ", $5) }
    BEGIN { path = ENVIRON["path"] }
    FNR == NR { if (below(path, $5) && length($5) >= best) {
      best = length($5); device = $3; base = ($4 == "/" ? "" : $4) rest(path, $5) }; next }
    $3 == device && below(base, $4) && length($4) >= most {
      most = length($4); place = ($5 == "/" ? "" : $5) rest(base, $4) }
    END { print place == "" ? ENVIRON["otherwise"] : place }' "/proc/$pid/mountinfo" /proc/self/mountinfo
}
"""
)
"""And one that prints its name on the host itself, where it lies on a volume or a bind mount."""
