"""Passwords on command lines, where every local user reads them."""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.parsers.secret_names import secrets_in_words
from flower_audit.probe import Output, probe


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgvSecrets:
    """Processes with a secret in their arguments.

    Shape: `found` are such as `celery (pid 812): --basic_auth`, without the secret; `looked_at` counts processes.
    """

    found: tuple[str, ...]
    looked_at: int


@probe(
    r"""session=$(sed 's/.*) //' /proc/self/stat | cut -d' ' -f4)
echo "== $(ls -d /proc/[0-9]* | wc -l)"
words='://[^/ ]*:[^/ ]*@|pass|secret|token|auth|key|(redis|valkey)-cli|curl'
for file in $(grep -laziE "$words" /proc/[0-9]*/cmdline 2>/dev/null); do
  folder=${file%/cmdline}
  [ "$(sed 's/.*) //' "$folder/stat" 2>/dev/null | cut -d' ' -f4)" = "$session" ] && continue
  printf '== %s\n' "${folder#/proc/}"; head -c 8192 "$file" 2>/dev/null | tr '\n\000' '\001\n' | sed 's/^/ /'; echo
done
exit 0""",
    root=True,
    private=True,
    cap=4_194_304,
)
def argv_secrets(out: Output) -> ArgvSecrets:
    """The audit's own session is passed over: its commands name what they look for.

    Source: proc(5), /proc/<pid>/cmdline.  Unobservable: not root, because other users' processes may be hidden.
    """
    blocks = out.succeeded().split("== ")[1:]
    looked_at = int(blocks[0]) if blocks and blocks[0].strip().isdigit() else 0
    if not looked_at:
        raise Unobservable("no process of the host could be read")
    found = []
    for block in blocks[1:]:
        pid, *lines = block.split("\n")
        words = [line[1:].replace("\x01", "\n") for line in lines if line.startswith(" ")]
        found += [f"{_program(words)} (pid {pid}): {name}" for name in secrets_in_words(words)]
    return ArgvSecrets(found=tuple(found[:50]), looked_at=looked_at)


def _program(words: Sequence[str]) -> str:
    """What runs: the script rather than its interpreter."""
    names = [posixpath.basename(word.split(" ")[0]) for word in words if not word.startswith("-")]
    interpreted = len(names) > 1 and names[0].startswith("python")
    return names[interpreted][:40] if names else ""
