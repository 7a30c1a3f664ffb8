"""The headers of what the public URL answers, errors included."""

from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.facts.api import Api
from flower_audit.facts.oauth_login import OauthLogin
from flower_audit.facts.routes import Routes
from flower_audit.parsers.response_headers import Cookie
from flower_audit.probe import fact
from flower_audit.visit import ELSEWHERE_ORIGIN, MISSING, Visit

SAMPLE = ("/", "/api/workers", "/healthcheck", MISSING, "/metrics")
"""A login's answer, an API's, a plain one, an error page: each may take its headers from another place of a proxy."""

XSRF = "_xsrf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Headers:
    """The answers that came from the public URL, by what their headers lack.

    Shape: `of_login` are the cookies of OAuth's; `from_elsewhere` what a page of another site was answered.
    """

    answers: tuple[Visit, ...]
    of_login: tuple[Cookie, ...] = ()
    from_elsewhere: tuple[Visit, ...] = ()

    def without_hsts(self, min_s: int) -> tuple[str, ...]:
        """The answers whose HSTS is missing or shorter than `min_s` seconds."""
        return tuple(str(visit) for visit in self.answers if (visit.headers.hsts_s or 0) < min_s)

    @property
    def lacking(self) -> tuple[str, ...]:
        """The answers that lack a protective header, each with what it lacks."""
        return tuple(f"{visit}: {', '.join(visit.headers.lacking)}" for visit in self.answers if visit.headers.lacking)

    @property
    def leaks(self) -> tuple[str, ...]:
        """Headers that tell a version."""
        return tuple(sorted({leak for visit in self.answers for leak in visit.headers.leaks}))

    @property
    def open_to_any_origin(self) -> tuple[str, ...]:
        """The answers that any web page may read."""
        return tuple(str(visit) for visit in (*self.answers, *self.from_elsewhere) if visit.headers.cors == "*")

    @property
    def origin_echoed(self) -> tuple[str, ...]:
        """The answers that allow whatever site has asked, which a star does not do with a login."""
        return tuple(str(visit) for visit in self.from_elsewhere if visit.headers.cors == ELSEWHERE_ORIGIN)

    @property
    def cookies(self) -> tuple[Cookie, ...]:
        """Every cookie that was set, one of each name."""
        found = [cookie for visit in self.answers for cookie in visit.headers.cookies]
        return tuple({cookie.name: cookie for cookie in (*found, *self.of_login)}.values())

    def unguarded_cookies(self, *, secure_anyway: bool) -> tuple[str, ...]:
        """What each cookie lacks; scripts of Flower read `_xsrf`, so that one cannot be HttpOnly."""
        found = []
        for cookie in self.cookies:
            wanted = {"Secure": cookie.secure or secure_anyway}
            if cookie.name != XSRF:
                wanted |= {"HttpOnly": cookie.http_only, "SameSite": cookie.same_site in {"lax", "strict"}}
            found += [f"{cookie.name} without {flag}" for flag, held in wanted.items() if not held]
        return tuple(found)


@fact()
def headers(routes: Routes, api: Api | None = None, oauth_login: OauthLogin | Unobservable | None = None) -> Headers:
    """Source: the answers to GET.  Unobservable: none came."""
    answers = [visit for path in SAMPLE if (visit := routes.at(path)) is not None and visit.status is not None]
    answers += [login.front for login in api.logins if login.front.status is not None] if api is not None else []
    if not answers:
        raise Unobservable("the public URL answered nothing")
    of_login = oauth_login.cookies if isinstance(oauth_login, OauthLogin) else ()
    return Headers(answers=tuple(answers), of_login=of_login, from_elsewhere=routes.from_elsewhere)
