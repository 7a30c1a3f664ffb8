"""Whether anybody can control workers: told by what reading gives away, or by one harmless POST where allowed."""

from dataclasses import dataclass
from uuid import uuid4

from flower_audit.errors import Unobservable, Unreachable
from flower_audit.facts.routes import Routes
from flower_audit.facts.site import Site
from flower_audit.http_client import Client
from flower_audit.http_messages import Failure, Request
from flower_audit.probe import Trail, fact
from flower_audit.target import Target
from flower_audit.visit import NOBODY, listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Shape: `reached` lists what answered somebody without credentials, empty where nothing did; `url` is its URL.

    `fix` is what to do where Flower itself asks for a login.
    """

    reached: str
    url: str = ""
    fix: str = ""


@fact(way="url")
def control(target: Target, site: Site, routes: Routes, trail: Trail) -> Control:
    """Source: GET; with --flower-active one POST that asks a worker to stop that cannot exist.

    Unobservable: only a POST would tell, and none was allowed; or it was not answered.
    """
    if not target.active:
        found = routes.open_control
        return Control(reached=listed(found), url=found[0].url if found else "", fix=routes.fix_of_the_proxy)
    if site.problem:
        raise Unreachable("url", site.problem)
    worker = f"{NOBODY}-{uuid4().hex}.invalid"
    path = f"/api/worker/shutdown/{worker}"
    request = Request(origin=site.origin, path=f"{site.prefix}{path}", method="POST")
    result = Client(timeout_s=target.timeout_s, trail=trail).get(request)
    if isinstance(result, Failure):
        raise Unobservable(result.text)
    if result.status >= 500 or result.status == 429:
        raise Unobservable(f"the POST was answered with {result.status}")
    # Flower looks the worker up only for those who may stop it, and names it when it does not know it.
    looked_up = result.status == 404 and worker.encode() in result.body
    reached = f"POST {path} (404: it looked for that worker)" if looked_up else ""
    return Control(reached=reached, url=site.url, fix=routes.fix_of_the_proxy)
