"""What the proxy itself says of its configuration, also where that is too broken for anybody to read."""

from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.facts.caddy import Caddy
from flower_audit.facts.nginx import Nginx
from flower_audit.facts.proxy import Proxy
from flower_audit.probe import fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationTest:
    """The result of `nginx -t`, or of `caddy adapt`.  Shape: `problem` is the proxy's own complaint, empty for none."""

    kind: str
    config: str
    passed: bool
    problem: str = ""

    @property
    def fix(self) -> str:
        """What to type on this host once the line is corrected."""
        if self.kind == "nginx":
            return "correct that line, then `nginx -t && systemctl reload nginx`"
        return f"correct that line, then `caddy validate --config {self.config} && systemctl reload caddy`"


@fact()
def configuration_test(
    proxy: Proxy | Unobservable, nginx: Nginx | Unobservable | None = None, caddy: Caddy | Unobservable | None = None
) -> ConfigurationTest:
    """Source: the proxy's own test on the host.

    Absent: no proxy on this host fronts Flower.  Unobservable: it was not tested, or none that failed is known.
    """
    if isinstance(proxy, Proxy):
        if proxy.valid is None:
            reason = proxy.problem or f"{proxy.kind} does not run, so it was not tested"
            raise Unobservable(f"{proxy.config}: {reason}")
        return ConfigurationTest(kind=proxy.kind, config=proxy.config, passed=proxy.valid, problem=proxy.problem)
    for kind, found in (("nginx", nginx), ("Caddy", caddy)):
        for instance in found.instances if isinstance(found, Nginx | Caddy) else ():
            if instance.valid is False:
                return ConfigurationTest(kind=kind, config=instance.config, passed=False, problem=instance.problem)
    raise proxy
