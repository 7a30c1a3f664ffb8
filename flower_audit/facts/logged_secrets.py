"""Whether the secrets that Flower runs with stand in its recent log."""

from dataclasses import dataclass
from urllib.parse import quote

from flower_audit.errors import Unobservable
from flower_audit.facts.logs import Logs
from flower_audit.facts.options import Options, start_of
from flower_audit.parsers.flower_start import START
from flower_audit.parsers.known_secrets import known_secrets
from flower_audit.probe import Output, probe


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedSecrets:
    """Secrets of the running process in its log.

    Shape: `where` names the logs that hold one; `looked_at` the logs that were searched; `secrets` counts what was
    looked for.
    """

    where: tuple[str, ...]
    looked_at: tuple[str, ...]
    secrets: int


def _log(options: Options, logs: Logs | None = None) -> dict[str, str]:
    return {
        "log": options.log_file,
        "engine_logs": "\n".join(file.path for file in logs.files if file.by_engine) if logs else "",
    }


@probe(
    START
    + r"""
container=$(sed -n 's#.*[/-]\([0-9a-f]\{64\}\).*#\1#p' "/proc/$pid/cgroup" 2>/dev/null | head -n 1)
if [ -n "$unit$container" ] && command -v journalctl >/dev/null 2>&1; then
  echo "== log journal"
  set -- "_SYSTEMD_UNIT=$unit" + "_SYSTEMD_USER_UNIT=$unit"
  [ -z "$container" ] || set -- "$@" + "CONTAINER_ID_FULL=$container"
  journalctl --quiet --no-pager --lines=2000 --output=cat "$@" 2>/dev/null \
  | tail -c 400000 | sed 's/^/ /'; echo
fi
for name in "$log" "$log.1"; do
  file=$(inside "$name")
  [ -n "$log" ] && [ -f "$file" ] && { echo "== log $name"; tail -c 400000 "$file" | sed 's/^/ /'; echo; }
done
printf '%s\n' "$engine_logs" | while IFS= read -r file; do
  [ -f "$file" ] && { echo "== log $file"; tail -c 400000 "$file" | sed 's/^/ /'; echo; }
done
exit 0""",
    root=True,
    private=True,
    cap=2_097_152,
    variables=_log,
)
def logged_secrets(out: Output) -> LoggedSecrets:
    """The last 400 kB of each log.  Source: journalctl(1), the log file.  Unobservable: there is no log to search."""
    secrets = known_secrets(start_of(out))
    where, looked_at = [], []
    for block in out.stdout.split("\n== log ")[1:]:
        name, _, rest = block.partition("\n")
        lines = [line[1:] for line in rest.split("\n") if line.startswith(" ")]
        if not lines:
            continue
        looked_at.append(name)
        text = "\n".join(lines)
        if any(_stands_in(secret, text) for secret in secrets):
            where.append(name)
    if not looked_at:
        raise Unobservable("no log of Flower was found to search")
    return LoggedSecrets(where=tuple(where), looked_at=tuple(looked_at), secrets=len(secrets))


def _stands_in(secret: str, text: str) -> bool:
    return secret in text or quote(secret, safe="") in text
