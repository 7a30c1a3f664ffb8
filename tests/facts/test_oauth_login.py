"""Where real Flowers send people who log in with Google; nobody is asked there."""

from typing import Any

import pytest

from flower_audit.errors import Absent
from flower_audit.facts.headers import headers
from flower_audit.facts.oauth_login import oauth_login
from flower_audit.facts.routes import routes

GOOGLE = "--auth_provider=flower.views.auth.GoogleAuth2LoginHandler"
OKTA = "--auth_provider=flower.views.auth.OktaLoginHandler"
OAUTH = (
    "--auth=.*@example.com",
    "--oauth2_key=the-key",
    "--oauth2_secret=the-secret",
    "--oauth2_redirect_uri=https://flower.test/login",
)


@pytest.mark.parametrize(
    ("release", "options", "defect"),
    [
        ("2.2.0", (GOOGLE,), ""),
        ("2.1.0", (OKTA,), ""),
        ("2.1.0", (GOOGLE,), "without state"),
        ("2.2.0", (), "no provider"),
    ],
)
def test_real_releases(
    release: str, options: tuple[str, ...], defect: str, flowers: Any, target: Any, site_of: Any, trail: Any
) -> None:
    site = site_of(flowers(release, *OAUTH, *options, FLOWER_OAUTH2_OKTA_BASE_URL="https://okta.example.com").port)
    visited = routes(target, site, trail)
    found = oauth_login(target, site, visited, trail)
    assert defect in found.defect
    assert bool(found.defect) is bool(defect)
    if found.provider:
        assert found.redirect_uri == "https://flower.test/login"
        assert found.names_client
    if release == "2.2.0" and found.provider:
        assert "oauth_state" in [cookie.name for cookie in headers(visited, oauth_login=found).cookies]
    assert not any("the-secret" in text for text in trail.excerpts)


def test_another_login(flowers: Any, target: Any, site_of: Any, trail: Any) -> None:
    site = site_of(flowers("2.2.0", "--basic_auth=admin:long-enough-secret").port)
    with pytest.raises(Absent):
        oauth_login(target, site, routes(target, site, trail), trail)
