"""Whether Flower and what is in front of it agree on the path below which it is served."""

from dataclasses import dataclass

from flower_audit.facts.routes import Routes
from flower_audit.facts.site import Site
from flower_audit.parsers.access import Access
from flower_audit.parsers.web_address import split_url
from flower_audit.probe import fact
from flower_audit.visit import SCRIPT, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """The prefix of the public URL against what Flower itself believes.

    Shape: prefixes are empty for the root; `of_links` is the one in the links of a page, `of_login` that of the login
    redirect, each None where none was seen; `outside` are answers of Flower from beyond the prefix.
    """

    of_url: str
    front: Visit
    script: Visit
    of_links: str | None = None
    of_login: str | None = None
    outside: tuple[Visit, ...] = ()

    @property
    def matters(self) -> bool:
        """A prefix is in play somewhere."""
        return bool(self.of_url or self.of_links or self.of_login)

    @property
    def defect(self) -> str:
        """What does not fit, empty where all does."""
        if self.front.access is Access.NOT_FOUND:
            return f"{self.front} is not found"
        believed = next((one for one in (self.of_links, self.of_login) if one is not None), self.of_url)
        if believed != self.of_url:
            return f"Flower's own links lead below {believed or '/'}"
        if self.script.status != 200:
            return f"the script {self.script} does not load"
        if self.outside:
            return f"Flower answers outside its prefix as well: {self.outside[0]}"
        return ""


@fact()
def prefix(site: Site, routes: Routes) -> Prefix:
    """Source: pages, a static file and the login redirect at the public URL."""
    front, script = routes.at("/"), routes.at(SCRIPT)
    if front is None or script is None:
        raise AssertionError("the front page and the script are always asked for")
    links = [visit.asset_prefix for visit in routes.of() if visit.asset_prefix is not None]
    login = split_url(front.location).path if front.access is Access.LOGIN and front.by_flower else ""
    digests = {script.digest} - {""}
    outside = [
        visit
        for visit in routes.of("outside the prefix")
        if visit.asset_prefix is not None or visit.realm == "flower" or visit.digest in digests
    ]
    return Prefix(
        of_url=site.prefix,
        front=front,
        script=script,
        of_links=links[0] if links else None,
        of_login=login.removesuffix("/login") if login.endswith("/login") else None,
        outside=tuple(outside),
    )
