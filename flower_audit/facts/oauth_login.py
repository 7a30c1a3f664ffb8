"""Where Flower's own login sends people: the provider's page, with what it needs to send them back."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.routes import Routes
from flower_audit.facts.site import Site
from flower_audit.http_client import Client
from flower_audit.http_messages import Failure, Request
from flower_audit.parsers.access import Access
from flower_audit.parsers.response_headers import Cookie, read_headers
from flower_audit.parsers.web_address import join_url, split_url
from flower_audit.probe import Trail, fact
from flower_audit.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class OauthLogin:
    """The answer of /login to somebody anonymous.

    Shape: `provider` is the host redirected to, empty where there is none; the booleans tell which parameters it is
    given; `redirect_uri` is where the provider is to send people back.
    """

    url: str
    status: int
    provider: str = ""
    over_tls: bool = False
    names_client: bool = False
    has_state: bool = False
    redirect_uri: str = ""
    cookies: tuple[Cookie, ...] = ()

    @property
    def defect(self) -> str:
        """What is wrong with it, empty where nothing is."""
        if not self.provider:
            return f"{self.status}, and no provider: auth_provider is not set, or not one of this release"
        if not self.over_tls:
            return f"it sends to {self.provider} without TLS"
        missing = [name for name, held in {"client_id": self.names_client, "state": self.has_state}.items() if not held]
        return f"it sends to {self.provider} without {' and '.join(missing)}" if missing else ""


@fact(way="url")
def oauth_login(target: Target, site: Site, routes: Routes, trail: Trail) -> OauthLogin:
    """Source: GET /login.  Absent: the login is not Flower's OAuth.  Unobservable: no answer."""
    front = routes.at("/")
    if front is None or front.access is not Access.LOGIN or not front.by_flower:
        raise Absent("people do not log in through Flower's OAuth")
    request = Request(origin=site.origin, path=f"{site.prefix}/login")
    result = Client(timeout_s=target.timeout_s, trail=trail).get(request)
    if isinstance(result, Failure):
        raise Unobservable(result.text)
    url = f"{site.origin.url}{request.path}"
    parts = split_url(join_url(url, result.header("location")))
    given = parse_qs(parts.query)
    elsewhere = 300 <= result.status < 400 and parts.hostname not in {None, site.origin.host}
    return OauthLogin(
        url=url,
        status=result.status,
        provider=(parts.hostname or "") if elsewhere else "",
        over_tls=parts.scheme == "https",
        names_client=bool(given.get("client_id", [""])[0]),
        has_state=bool(given.get("state", [""])[0]),
        redirect_uri=given.get("redirect_uri", [""])[0][:200],
        cookies=read_headers(result.headers).cookies,
    )
