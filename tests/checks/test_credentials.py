"""Accepts and rejects of the host's side of auth.*: what a Flower so started must be told."""

import pytest
from flower_audit.checks import test_credentials as checks
from packaging.version import Version

from flower_audit.check import Finding
from flower_audit.errors import NotApplicable, Unobservable
from flower_audit.facts.oauth_redirect import OauthRedirect
from flower_audit.facts.options import Options, options_of_start
from flower_audit.parsers.flower_start import Start
from flower_audit.policy import Policy
from flower_audit.redact import Redactor
from flower_audit.target import Account, Target

STRONG = "hV7nQz3KpW9tXe5RmB2d"
GOOGLE = {
    "FLOWER_AUTH": ".*@example.com",
    "FLOWER_AUTH_PROVIDER": "flower.views.auth.GoogleAuth2LoginHandler",
    "FLOWER_OAUTH2_KEY": "829.apps.googleusercontent.com",
    "FLOWER_OAUTH2_SECRET": "GOCSPX-8Jk2nM4pQ7rT",
    "FLOWER_OAUTH2_REDIRECT_URI": "https://flower.example.com/login",
    "FLOWER_COOKIE_SECRET": "9f8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d",
}


def flower(*flags: str, config: str | None = None, release: str = "2.2.0", changed: int = 0, **environ: str) -> Options:
    start = Start(
        argv=("/opt/venv/bin/celery", "flower", *flags),
        environ=environ,
        workdir="/opt/app",
        config=config,
        config_path="/opt/app/flowerconfig.py",
        started=1000,
        config_changed=changed,
    )
    return options_of_start(start, Version(release))


def finding(error: pytest.ExceptionInfo[AssertionError]) -> Finding:
    found = error.value.args[0]
    assert isinstance(found, Finding)
    return found


@pytest.mark.parametrize(
    "options",
    [
        flower(FLOWER_BASIC_AUTH=f"ops:{STRONG}"),
        flower("--basic_auth=a:b"),
        flower(config="basic_auth = ['a:b']"),
        flower(**GOOGLE),
        flower("--basic-auth=a:b", config="from x import *"),
        flower("--auth=a@b.c", config="auth = secret()"),
        flower(FLOWER_BASIC_AUTH="a:b", config="max_tasks = 5", changed=2000),
    ],
)
def test_configured_accepts(options: Options) -> None:
    checks.test_authentication_is_configured(options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (flower(), "neither"),
        (flower(config="BASIC_AUTH = ['a:b']"), "lower case"),
        (flower(FLOWER_BASICAUTH="a:b"), "FLOWER_BASIC_AUTH"),
        (flower("port=5555", "--basic_auth=a:b"), "neither"),
        (flower(config="basic_auth = []"), "neither"),
    ],
)
def test_configured_rejects(options: Options, said: str) -> None:
    with pytest.raises(AssertionError) as error:
        checks.test_authentication_is_configured(options)
    assert said in finding(error).observed


@pytest.mark.parametrize(
    "options",
    [
        flower(config="from settings import basic_auth"),
        flower(config="from settings import *"),
        flower(config="basic_auth = ['a:b']", changed=2000),
        flower(config="", changed=2000),
    ],
    ids=["imported", "star", "changed since it was read", "file written since"],
)
def test_configured_does_not_guess(options: Options) -> None:
    with pytest.raises(Unobservable):
        checks.test_authentication_is_configured(options)


def test_format_valid() -> None:
    checks.test_basic_auth_is_well_formed(flower(FLOWER_BASIC_AUTH=f"ops:{STRONG},b:c:d"))
    for value in (f'"ops:{STRONG}"', "ops:a,b", "ops", ":x", "ops:", " ops:x", "ops:x,", "ops:ü", "a:$2y$05$abc"):
        with pytest.raises(AssertionError) as error:
            checks.test_basic_auth_is_well_formed(flower(FLOWER_BASIC_AUTH=value))
        assert finding(error).where == "FLOWER_BASIC_AUTH in the environment"
        assert Redactor()(str(finding(error))) == str(finding(error))
        assert STRONG not in str(finding(error))
    with pytest.raises(NotApplicable):
        checks.test_basic_auth_is_well_formed(flower(**GOOGLE))


@pytest.mark.parametrize(
    "password",
    [
        *("your_admin_password_here", "secure_admin_pass", "changeme", "CHANGE_ME_NOW", "hunter2", "xxxxxxxx"),
        *("${ADMIN_PASSWORD}", "<password>", "{{vault_password}}", "passwordpassword", "12345678901234567890"),
        *("admin", "Admin123", "nimda", "admin2024!"),
    ],
)
def test_no_placeholder_rejects(password: str) -> None:
    with pytest.raises(AssertionError) as error:
        checks.test_no_password_is_a_placeholder(flower(FLOWER_BASIC_AUTH=f"ops:{STRONG},admin:{password}"))
    assert "admin" in finding(error).observed
    assert password not in str(finding(error)) or password == "admin"


@pytest.mark.parametrize("password", [STRONG, "short", "correct horse battery staple", "b0rking-Adminton-9x"])
def test_no_placeholder_accepts(password: str) -> None:
    checks.test_no_password_is_a_placeholder(flower(FLOWER_BASIC_AUTH=f"admin:{password}"))


def test_password_strength() -> None:
    checks.test_passwords_are_strong(flower(FLOWER_BASIC_AUTH=f"ops:{STRONG}"), Policy())
    checks.test_passwords_are_strong(flower(FLOWER_BASIC_AUTH="ops:kX93-vq"), Policy(password_min_length=7))
    for password in (
        "kX93-vq",
        "abcabcabcabcabcabc",
        "aaaaaaaaaaaaaaaaaaaa",
        "zzzzzzzzzzzzzzzzzzz1",
        "qwertyuiopasdfgh",
    ):
        with pytest.raises(AssertionError) as error:
            checks.test_passwords_are_strong(flower(FLOWER_BASIC_AUTH=f"ops:{password}"), Policy())
        assert password not in str(finding(error))
    with pytest.raises(NotApplicable):
        checks.test_passwords_are_strong(flower(FLOWER_BASIC_AUTH="admin:admin"), Policy())


def test_no_roles_assumed() -> None:
    viewer = Target(name="t", accounts=(Account(name="viewer", password_env="V", may="read"),))
    admin = Target(name="t", accounts=(Account(name="admin", password_env="V"),))
    checks.test_no_account_is_thought_read_only(flower("--read_only"), viewer)
    with pytest.raises(AssertionError, match="viewer may control everything"):
        checks.test_no_account_is_thought_read_only(flower(), viewer)
    with pytest.raises(AssertionError):
        checks.test_no_account_is_thought_read_only(flower("--read_only", release="2.0.1"), viewer)
    with pytest.raises(NotApplicable):
        checks.test_no_account_is_thought_read_only(flower(), admin)


def test_api_not_unauthenticated() -> None:
    checks.test_api_is_not_opened_to_all(flower(FLOWER_UNAUTHENTICATED_API="false"))
    checks.test_api_is_not_opened_to_all(flower())
    for value in ("true", "1", "Yes", "on"):
        with pytest.raises(AssertionError, match="FLOWER_UNAUTHENTICATED_API is true"):
            checks.test_api_is_not_opened_to_all(flower(FLOWER_UNAUTHENTICATED_API=value))
    with pytest.raises(NotApplicable):
        checks.test_api_is_not_opened_to_all(flower(release="1.2.0", FLOWER_UNAUTHENTICATED_API="true"))


def test_oauth_complete() -> None:
    checks.test_oauth_is_complete(flower(**GOOGLE))
    old = {name: value for name, value in GOOGLE.items() if name != "FLOWER_AUTH_PROVIDER"}
    checks.test_oauth_is_complete(flower(release="1.2.0", **old))
    for changed, said in (
        ({"FLOWER_AUTH_PROVIDER": ""}, "auth_provider"),
        ({"FLOWER_AUTH_PROVIDER": "flower.views.auth.GoogleLoginHandler"}, "GoogleAuth2LoginHandler"),
        ({"FLOWER_AUTH_PROVIDER": "flower.views.auth.OktaLoginHandler"}, "OKTA_BASE_URL"),
        ({"FLOWER_OAUTH2_SECRET": "your_google_client_secret_here"}, "oauth2_secret"),
        ({"FLOWER_OAUTH2_KEY": ""}, "oauth2_key"),
    ):
        with pytest.raises(AssertionError) as error:
            checks.test_oauth_is_complete(flower(**(GOOGLE | changed)))
        assert said in finding(error).observed
    with pytest.raises(NotApplicable):
        checks.test_oauth_is_complete(flower("--basic_auth=a:b"))


def test_oauth_pattern_safe() -> None:
    checks.test_email_pattern_is_safe(flower(**GOOGLE))
    checks.test_email_pattern_is_safe(flower(release="0.9.7", **(GOOGLE | {"FLOWER_AUTH": r".*@example\.com$"})))
    with pytest.raises(AssertionError, match="longer domain"):
        checks.test_email_pattern_is_safe(flower(release="1.0.0", **GOOGLE))
    with pytest.raises(AssertionError, match=r"gmail\.com"):
        checks.test_email_pattern_is_safe(flower(**(GOOGLE | {"FLOWER_AUTH": ".*@gmail.com"})))


def test_oauth_pattern_admits() -> None:
    checks.test_email_pattern_admits_somebody(flower(**GOOGLE))
    with pytest.raises(AssertionError, match="backslash"):
        checks.test_email_pattern_admits_somebody(flower(**(GOOGLE | {"FLOWER_AUTH": r".*@example\.com"})))


def test_oauth_redirect_uri() -> None:
    checks.test_oauth_redirect_uri_leads_back(OauthRedirect(uri="https://flower.example.com/login", where="here"))
    wrong = OauthRedirect(uri="http://x/login", where="here", defect="it begins with http", wanted="https")
    with pytest.raises(AssertionError) as error:
        checks.test_oauth_redirect_uri_leads_back(wrong)
    assert finding(error) == Finding("it begins with http", wanted="https", where="here")


def test_cookie_secret() -> None:
    checks.test_cookie_secret_is_kept(flower(**GOOGLE))
    for secret in ("", "tiny", "x" * 64, "your_cookie_secret_here_please_change_it"):
        with pytest.raises(AssertionError) as error:
            checks.test_cookie_secret_is_kept(flower(**(GOOGLE | {"FLOWER_COOKIE_SECRET": secret})))
        assert not secret or secret not in str(finding(error))
    with pytest.raises(Unobservable):
        checks.test_cookie_secret_is_kept(
            flower(config="import secrets\ncookie_secret = secrets.token_hex()", **GOOGLE)
        )
    with pytest.raises(NotApplicable):
        checks.test_cookie_secret_is_kept(flower("--basic_auth=a:b"))
