"""Whether Flower runs in debug mode: by its options, and by what it shows to a stranger when something goes wrong."""

import re
from dataclasses import dataclass
from uuid import uuid4

from flower_audit.errors import NotAsked, Unobservable, Unreachable
from flower_audit.facts.options import Options
from flower_audit.facts.routes import Routes
from flower_audit.facts.site import Site
from flower_audit.http_client import Client
from flower_audit.http_messages import Failure, Request
from flower_audit.probe import Trail, fact
from flower_audit.target import Target
from flower_audit.visit import NOBODY

TRACEBACK = re.compile(rb"\ATraceback \(most recent call last\):\n.*tornado", re.DOTALL)
NEEDS = "needs --flower-host=ssh://… or --flower-connection"
TORNADO_NOT_FOUND = b"<html><title>404: Not Found</title><body>404: Not Found</body></html>"
"""What Tornado says of a missing file without debug; a proxy that serves the files itself says something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DebugMode:
    """Shape: `observed` and `where` tell what gave it away, empty where it is off."""

    on: bool
    observed: str = ""
    where: str = ""


@fact(way="url")
def debug_mode(
    target: Target,
    trail: Trail,
    site: Site | Unobservable | None = None,
    routes: Routes | Unobservable | None = None,
    options: Options | Unobservable | None = None,
) -> DebugMode:
    """Source: GET of a file below /static that does not exist, which needs no login; Flower's options on its host.

    NotAsked: the answer is not Flower's, and its host was not given.  Unobservable: the options cannot be known either.
    """
    silent = next((one for one in (site, routes) if isinstance(one, Unobservable)), None)
    page: DebugMode | Unobservable = silent or Unobservable("nothing answers at the public URL")
    if isinstance(site, Site) and isinstance(routes, Routes):
        page = _missing_file(target, site, routes, trail)
    if isinstance(page, DebugMode) and page.on:
        return page
    told = _told(options) if isinstance(options, Options) else None
    if isinstance(told, DebugMode):
        return told
    if isinstance(page, DebugMode):
        return page
    if not target.connection and not isinstance(page, Unreachable):
        raise NotAsked(f"{NEEDS}: {page}")
    raise told or page


def _told(options: Options) -> DebugMode | Unobservable:
    setting = options.settings["debug"]
    try:
        on = options.debug
    except Unobservable as error:
        return error
    return (
        DebugMode(on=True, observed="debug is on", where=setting.where or setting.source) if on else DebugMode(on=False)
    )


def _missing_file(target: Target, site: Site, routes: Routes, trail: Trail) -> DebugMode | Unobservable:
    """What Tornado shows of the file it does not find: in debug mode a traceback, with every release of Flower."""
    if not any(visit.by_flower for visit in routes.of()):
        return Unobservable("what answers at the public URL is not Flower")
    path = f"{site.prefix}/static/{NOBODY}-{uuid4().hex}"
    result = Client(timeout_s=target.timeout_s, trail=trail).get(Request(origin=site.origin, path=path))
    if isinstance(result, Failure):
        return Unobservable(result.text)
    if TRACEBACK.search(result.body):
        where = f"{site.origin.url}{site.prefix}/static/…"
        return DebugMode(on=True, observed="a traceback is shown to anybody", where=where)
    if result.body.strip() == TORNADO_NOT_FOUND:
        return DebugMode(on=False)
    return Unobservable(f"{site.origin.url}{path} was answered by something in front of Flower ({result.status})")
