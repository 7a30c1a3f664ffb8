"""Where the provider is told to send people back to after the login."""

from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.oauth_login import OauthLogin
from flower_audit.facts.options import Options
from flower_audit.facts.public_host import PublicHost
from flower_audit.parsers.authentication import OAuth
from flower_audit.parsers.web_address import split_url
from flower_audit.probe import fact


@dataclass(frozen=True, slots=True, kw_only=True)
class OauthRedirect:
    """Shape: `uri` is what is sent to the provider, empty where nothing is; `defect` is a sentence on what is wrong
    with it, `wanted` what would be right, both empty where it is right; `where` tells who said it.
    """

    uri: str
    where: str
    defect: str = ""
    wanted: str = ""


@fact(way="url")
def oauth_redirect(
    public_host: PublicHost,
    oauth_login: OauthLogin | Unobservable | None = None,
    options: Options | Unobservable | None = None,
) -> OauthRedirect:
    """Source: the redirect of /login as anybody gets it, and the option oauth2_redirect_uri of the running process.

    Absent: no OAuth login.  Unobservable: neither is known; the public host, which it is compared with, is not.
    """
    login = _configured(options)
    configured = login.redirect_uri if isinstance(login, OAuth) else ""
    if isinstance(oauth_login, OauthLogin) and oauth_login.provider:
        sent, where = oauth_login.redirect_uri, f"the redirect of {oauth_login.url}"
        if configured and configured[: len(sent)] != sent:
            told = f"{sent} is sent, and the Flower of this host is set to {configured}"
            return OauthRedirect(uri=sent, where=where, defect=told, wanted="one Flower behind the public URL")
        if sent or not isinstance(login, OAuth):
            return _judged(sent, where, split_url(oauth_login.url).path, public_host)
    if configured and isinstance(options, Options):
        prefix = f"/{options.url_prefix}" if options.url_prefix else ""
        return _judged(configured, "oauth2_redirect_uri", f"{prefix}/login", public_host)
    if isinstance(login, OAuth):
        raise Absent("no redirect URI is set; auth.oauth-complete tells")
    if isinstance(login, Absent | Unobservable):
        raise login
    raise oauth_login if isinstance(oauth_login, Unobservable) else Absent("people do not log in by OAuth")


def _configured(options: Options | Unobservable | None) -> OAuth | Absent | Unobservable | None:
    if not isinstance(options, Options):
        return options
    try:
        return options.login
    except (Absent, Unobservable) as error:
        return error


def _judged(text: str, where: str, path: str, public_host: PublicHost) -> OauthRedirect:
    uri = split_url(text)
    wanted = f"https://{public_host.known or '…'}{path}"
    here = uri.scheme == "https" and uri.path == path
    if here and (not public_host.name or uri.hostname == public_host.name):
        return OauthRedirect(uri=text, where=where)
    told = f"it is {text[:150]}" if text else "no redirect_uri is sent to the provider"
    return OauthRedirect(uri=text, where=where, defect=told, wanted=wanted)
