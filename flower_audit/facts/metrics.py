"""Flower's own /metrics, as anybody on its host gets it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.facts.options import Options
from flower_audit.parsers.exposition import Exposition, read_exposition
from flower_audit.probe import Output, probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Shape: `exposition` is None where `status` is not 200."""

    url: str
    status: int
    content_type: str = ""
    exposition: Exposition | None = None


def _where(options: Options) -> Mapping[str, str]:
    prefix = f"/{options.url_prefix}" if options.url_prefix else ""
    if options.unix_socket:
        return {"metrics_url": f"http://localhost{prefix}/metrics", "metrics_socket": options.unix_socket}
    return {"metrics_url": f"{options.local_url}/metrics", "metrics_socket": ""}


@probe(
    r"""command -v curl >/dev/null || { echo no-curl; exit 0; }
curl -gsSk --noproxy '*' --max-time 4 ${metrics_socket:+--unix-socket "$metrics_socket"} \
  -w '\n%{http_code} %{content_type} %{url_effective}' "$metrics_url" """,
    way="process",
    limit_s=6,
    cap=8_000_000,
    variables=_where,
)
def metrics(out: Output) -> Metrics:
    """Source: GET of Flower's own address on its host.

    Unobservable: no curl on the host; Flower does not answer there.
    """
    if out.stdout.strip() == "no-curl":
        raise Unobservable("the host has no curl to ask Flower's own port with")
    body, _, last = out.succeeded().rpartition("\n")
    status, _, rest = last.partition(" ")
    content_type, _, url = rest.rpartition(" ")
    if not status.isdigit() or status == "000":
        raise Unobservable("Flower's own port gave no answer of HTTP")
    exposition = read_exposition(body) if status == "200" else None
    return Metrics(url=url.strip(), status=int(status), content_type=content_type, exposition=exposition)
