"""What plain HTTP answers at the public name."""

from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.routes import Routes
from flower_audit.facts.site import Site
from flower_audit.parsers.access import Access
from flower_audit.parsers.web_address import join_url, split_url
from flower_audit.probe import fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """Shape: `location` is absolute, empty where nothing is redirected; `keeps_host` and `to_https` tell of it."""

    url: str
    status: int
    location: str = ""
    to_https: bool = False
    keeps_host: bool = False
    shows_flower: bool = False


@fact()
def redirect(site: Site, routes: Routes) -> Redirect:
    """Source: GET over plain HTTP.

    Absent: nothing listens for plain HTTP, or the URL is not https.  Unobservable: the plain port cannot be known.
    """
    if not site.over_tls:
        raise Absent("the public URL is not https, so there is nothing to be redirected to")
    visits = routes.of("plain HTTP")
    if not visits:
        raise Unobservable(f"{site.url} is on a port of its own; name the URL of plain HTTP beside it (http_url)")
    answered = [visit for visit in visits if visit.status is not None]
    if not answered:
        raise Absent(f"nothing is served over plain HTTP: {visits[0].note}")
    shown = [visit for visit in answered if visit.access is Access.OPEN]
    front = shown[0] if shown else answered[0]
    if not front.location:
        return Redirect(url=front.url, status=front.status or 0, shows_flower=front.by_flower)
    location = join_url(front.url, front.location)
    parts = split_url(location)
    return Redirect(
        url=front.url,
        status=front.status or 0,
        location=location,
        to_https=parts.scheme == "https",
        keeps_host=(parts.hostname or "") == site.origin.host,
        shows_flower=front.by_flower and parts.scheme != "https",
    )
