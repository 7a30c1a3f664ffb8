"""Whether anything stands between the people who open Flower and Flower itself."""

from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.endpoints import Endpoints
from flower_audit.facts.nginx import Nginx
from flower_audit.facts.options import Options
from flower_audit.facts.proxy import Proxy
from flower_audit.facts.site import Site
from flower_audit.parsers import nginx_advice
from flower_audit.probe import fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Fronting:
    """What people reach first.

    Shape: `by` says what fronts Flower, empty where nothing does; `on_this_host` tells that it is a proxy whose
    configuration is here; `stopped` names one that is set up and does not run; `advice` is the site to write where
    nothing fronts it.
    """

    by: str
    on_this_host: bool = False
    stopped: str = ""
    advice: str = ""


@fact()
def fronting(
    options: Options | Unobservable | None = None,
    endpoints: Endpoints | Unobservable | None = None,
    proxy: Proxy | Unobservable | None = None,
    site: Site | Unobservable | None = None,
    nginx: Nginx | Unobservable | None = None,
) -> Fronting:
    """Source: the proxy's configuration on the host; without one, whether the public URL is Flower's own port.

    Absent: neither Flower nor a proxy for it is on this host.
    Unobservable: no configuration may be read, and no public URL is known.
    """
    if isinstance(proxy, Proxy):
        return Fronting(
            by=f"{proxy.kind} ({proxy.file})", on_this_host=True, stopped="" if proxy.running else proxy.file
        )
    if isinstance(site, Site) and not site.is_flower_itself:
        return Fronting(by=f"what answers at {site.url}")
    if isinstance(proxy, Unobservable):
        raise proxy
    if isinstance(site, Unobservable) and _may_be_fronted_elsewhere(endpoints):
        raise site
    if options is None:
        raise Absent("neither Flower nor a proxy in front of it is on this host")
    if isinstance(options, Unobservable):
        raise options
    known = nginx.instances[0].version if isinstance(nginx, Nginx) and nginx.instances else ""
    host = site.origin.host if isinstance(site, Site) and not site.names_an_address else "flower.example.com"
    upstream = f"unix:{options.unix_socket}" if options.unix_socket else f"127.0.0.1:{options.port}"
    prefix = f"/{options.url_prefix}" if options.url_prefix else ""
    return Fronting(by="", advice=nginx_advice.site(host, upstream, prefix, known))


def _may_be_fronted_elsewhere(endpoints: Endpoints | Unobservable | None) -> bool:
    """Whether another machine could reach Flower: not where it listens on loopback or a socket alone."""
    return not isinstance(endpoints, Endpoints) or not endpoints.places or bool(endpoints.beyond_loopback)
