"""Where people are sent back to: what is configured, what is really sent, and the public host."""

from typing import Any

import pytest
from packaging.version import Version

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.oauth_login import OauthLogin, oauth_login
from flower_audit.facts.oauth_redirect import oauth_redirect
from flower_audit.facts.options import Options, options_of_start
from flower_audit.facts.public_host import PublicHost
from flower_audit.facts.routes import routes
from flower_audit.parsers.flower_start import Start

URI = "https://flower.test/login"
PUBLIC = PublicHost(known="flower.test")
NOWHERE = PublicHost(known="", unknown="no URL is known")
SENT = OauthLogin(
    url=URI, status=302, provider="accounts.google.com", over_tls=True, names_client=True, redirect_uri=URI
)
WRONG = [
    "http://flower.test/login",
    "https://flower.test/",
    "https://flower.test/login/",
    "https://localhost:5555/login",
    "https://flower.test/f/login",
    "http://[x",
]


def flower(uri: str = URI, *, config: str | None = None, **environ: str) -> Options:
    given = {"FLOWER_AUTH": ".*@example.com", "FLOWER_OAUTH2_REDIRECT_URI": uri, **environ}
    start = Start(argv=("celery", "flower"), environ=given, workdir="/a", config=config, config_path="/a/f.py")
    return options_of_start(start, Version("2.2.0"))


def sent(uri: str, at: str = URI) -> OauthLogin:
    return OauthLogin(url=at, status=302, provider="accounts.google.com", over_tls=True, redirect_uri=uri)


def test_right_from_either_side() -> None:
    for login, options in ((SENT, None), (None, flower()), (SENT, flower()), (Unobservable("?"), flower())):
        found = oauth_redirect(PUBLIC, login, options)
        assert (found.uri, found.defect) == (URI, "")
    assert oauth_redirect(PublicHost(known=""), SENT).defect == ""


def test_below_a_prefix() -> None:
    below = "https://flower.test/f/login"
    assert oauth_redirect(PUBLIC, None, flower(below, FLOWER_URL_PREFIX="/f/")).defect == ""
    assert oauth_redirect(PUBLIC, sent(below, below)).defect == ""
    assert oauth_redirect(PUBLIC, sent(URI, below)).wanted == below


@pytest.mark.parametrize("uri", WRONG)
def test_wrong_from_either_side(uri: str) -> None:
    for found in (oauth_redirect(PUBLIC, None, flower(uri)), oauth_redirect(PUBLIC, sent(uri))):
        assert (found.defect, found.wanted) == (f"it is {uri}", URI)


def test_a_host_that_is_not_known_excuses_no_plain_http() -> None:
    assert oauth_redirect(NOWHERE, None, flower(WRONG[0])).wanted == "https://…/login"
    assert oauth_redirect(PublicHost(known=""), None, flower("https://10.0.0.1/login")).defect == ""


def test_another_flower_answers() -> None:
    found = oauth_redirect(PUBLIC, sent("https://other.test/login"), flower())
    assert "https://other.test/login is sent" in found.defect
    assert URI in found.defect


def test_what_cannot_be_known() -> None:
    secret = flower("", config="oauth2_redirect_uri = made_up()")
    assert oauth_redirect(PUBLIC, SENT, secret).defect == ""
    with pytest.raises(Unobservable, match="no URL"):
        oauth_redirect(NOWHERE, None, flower())
    with pytest.raises(Unobservable, match="refused"):
        oauth_redirect(PUBLIC, None, Unobservable("refused"))


def test_nothing_to_judge() -> None:
    with pytest.raises(Absent, match="oauth-complete"):
        oauth_redirect(PUBLIC, None, flower(""))
    with pytest.raises(Absent):
        oauth_redirect(PUBLIC)
    with pytest.raises(Absent):
        oauth_redirect(
            NOWHERE,
            None,
            options_of_start(Start(argv=("celery", "flower"), environ={}, workdir="/a"), Version("2.2.0")),
        )
    assert "no redirect_uri" in oauth_redirect(PUBLIC, sent("")).defect


def test_a_real_flower_seen_from_outside_only(flowers: Any, target: Any, site_of: Any, trail: Any) -> None:
    running = flowers(
        "2.2.0",
        "--auth=.*@example.com",
        "--auth_provider=flower.views.auth.GoogleAuth2LoginHandler",
        "--oauth2_key=key",
        "--oauth2_secret=secret",
        "--oauth2_redirect_uri=http://localhost:5555/login",
    )
    site = site_of(running.port)
    found = oauth_redirect(PUBLIC, oauth_login(target, site, routes(target, site, trail), trail))
    assert found.defect == "it is http://localhost:5555/login"
