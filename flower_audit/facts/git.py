"""Whether Flower's working directory is a git checkout that carries its secrets or its database along."""

import re
from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.inside import ON_HOST
from flower_audit.probe import Output, probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """A checkout around the working directory.

    Shape: paths are relative to the working directory: `tracked` in the index, `not_ignored` on disk and neither
    tracked nor ignored, `in_history` in some commit of any branch; `looked_for` are all that were asked about.
    """

    top: str
    looked_for: tuple[str, ...]
    tracked: tuple[str, ...]
    not_ignored: tuple[str, ...]
    in_history: tuple[str, ...]


@probe(
    ON_HOST
    + r"""[ -n "$workdir" ] || { echo absent; exit 0; }
workdir=$(on_host "$workdir")
top=$workdir
while [ ! -e "$top/.git" ] && [ "$top" != / ]; do top=$(dirname "$top"); done
[ -e "$top/.git" ] || { echo absent; exit 0; }
command -v git >/dev/null 2>&1 || { echo no-tool; exit 0; }
# As whoever may configure the checkout, and with everything off that a repository may make git run.
config=$top/.git/config; [ -f "$config" ] || config=$top/.git
run= ; owner=$(stat -c %u "$config")
[ "$owner" = 0 ] || run="setpriv --reuid=$owner --regid=$(stat -c %g "$config") --clear-groups --"
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0 GIT_NO_LAZY_FETCH=1
ask() {
  $run git --no-pager -C "$workdir" -c safe.directory='*' -c core.fsmonitor=false -c core.hooksPath=/dev/null \
    -c protocol.allow=never -c core.untrackedCache=false -c log.showSignature=false -c core.sshCommand=false \
    "$@" 2>/dev/null
}
ask rev-parse --git-dir >/dev/null || { echo refused; exit 0; }
echo "top $top"
cd "$workdir" || exit 0
paths=$({ ls -d .env .env.* *.env *.db *.db.* 2>/dev/null; echo .env; echo flower.db; } \
  | grep -vE 'example|sample|template|dist$|[[:space:]]' | sort -u | head -n 40)
ever=$(ask rev-list --all -n 1 -- $paths)
for path in $paths; do
  echo "path $path"
  if [ -n "$(ask ls-files -- ":(literal)$path")" ]; then echo "tracked $path"
  elif [ -e "$path" ] && ! ask check-ignore -q -- "$path"; then echo "open $path"; fi
  [ -n "$ever" ] && [ -n "$(ask rev-list --all -n 1 -- ":(literal)$path")" ] && echo "history $path"
done
exit 0""",
    root=True,
    limit_s=8,
)
def git(out: Output) -> Git:
    """Nothing that the repository configures is run.

    Source: git(1) ls-files, check-ignore, rev-list.  Absent: no checkout.  Unobservable: no git there, or it refuses.
    """
    text = out.succeeded()
    if text.startswith("absent"):
        raise Absent("the working directory is not in a git checkout")
    if text.startswith(("no-tool", "refused")):
        raise Unobservable("the working directory is a git checkout, and git on the host cannot be asked about it")

    def all_of(word: str) -> tuple[str, ...]:
        return tuple(re.findall(rf"^{word} ([^\n]{{1,200}})$", text, re.MULTILINE))

    return Git(
        top=(all_of("top") or ("",))[0],
        looked_for=all_of("path"),
        tracked=all_of("tracked"),
        not_ignored=all_of("open"),
        in_history=all_of("history"),
    )
