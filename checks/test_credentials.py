"""How Flower asks who is there, as configured on its host.  PYTEST_DONT_REWRITE: the messages stay objects."""

from packaging.version import Version

from flower_audit.check import Finding, check, only_if
from flower_audit.facts.oauth_redirect import OauthRedirect
from flower_audit.facts.options import Options
from flower_audit.model import Severity
from flower_audit.policy import Policy
from flower_audit.target import Target

AUTHENTICATION = "Authentication Setup"


@check("auth.configured", severity=Severity.CRITICAL, section=AUTHENTICATION, covers=("Authentication enabled",))
def test_authentication_is_configured(options: Options) -> None:
    """The running Flower asks for a login of its own.

    Why: without one, whoever reaches its port stops workers, revokes tasks and reads their arguments.
    Fix: set `FLOWER_BASIC_AUTH=user:password` in the service's environment file, the password random, and restart.
    Source: https://flower.readthedocs.io/en/latest/auth.html
    """
    hints = [problem.text for problem in options.problems_of("unknown-name") if "auth" in problem.text.lower()]
    assert options.authentication != "none", Finding(
        "neither basic_auth nor auth is in force" + (f"; {hints[0]}" if hints else ""),
        wanted="basic_auth or auth",
        where="the running process",
    )


@check(
    "auth.format-valid",
    severity=Severity.HIGH,
    section=AUTHENTICATION,
    covers=("Authentication enabled", "Test credentials"),
)
def test_basic_auth_is_well_formed(options: Options) -> None:
    """`basic_auth` reads as `user:password[,user:password]`.

    Why: Flower splits it at commas and compares letter by letter; quotes, spaces and a comma inside a password become
    part of other credentials, so the right ones are refused and wrong ones let in.
    Fix: write `user:password,user:password` without quotes or spaces, and choose passwords without a comma.
    Source: https://flower.readthedocs.io/en/latest/config.html#basic-auth
    """
    accounts = options.accounts
    assert not accounts.malformed, Finding(
        "; ".join(accounts.malformed[:3]), wanted="user:password[,user:password]", where=accounts.place
    )


@check(
    "auth.no-placeholder",
    severity=Severity.CRITICAL,
    section=AUTHENTICATION,
    covers=("Authentication enabled", "Test credentials"),
)
def test_no_password_is_a_placeholder(options: Options) -> None:
    """No password is an example, a default, the user's name or one of the most common.

    Why: those are the first that anybody tries, and Flower neither locks nor logs failed logins.
    Fix: replace it by a random one, such as `openssl rand -base64 24` gives, and restart Flower.
    Source: https://pages.nist.gov/800-63-4/sp800-63b.html, section 3.1.1.2
    """
    accounts = options.accounts
    assert not accounts.placeholders, Finding(
        f"a guessable password for {', '.join(accounts.placeholders[:5])}", wanted="a random one", where=accounts.place
    )


@check("auth.password-strength", severity=Severity.MEDIUM, section=AUTHENTICATION, covers=("Authentication enabled",))
def test_passwords_are_strong(options: Options, policy: Policy) -> None:
    """Every password is long enough and not made of repeats.

    Why: a hundred wrong logins take 0.3 s, and Flower slows nobody down.
    Fix: use random passwords of at least the policy's `password_min_length`, as `openssl rand -base64 24` gives.
    Source: https://pages.nist.gov/800-63-4/sp800-63b.html, section 3.1.1.2
    """
    accounts = options.accounts
    only_if(
        accounts.shortest > 0, "no account has a password of its own to judge; auth.no-placeholder tells of the others"
    )
    assert accounts.shortest >= policy.password_min_length, Finding(
        f"the shortest password has {accounts.shortest} characters",
        wanted=f"at least {policy.password_min_length}",
        where=accounts.place,
    )
    assert not accounts.weak, Finding(
        f"too little variety in the password of {', '.join(accounts.weak[:5])}", wanted="random", where=accounts.place
    )


@check("auth.no-roles-assumed", severity=Severity.MEDIUM, section=AUTHENTICATION, covers=("Team access tested",))
def test_no_account_is_thought_read_only(options: Options, target: Target) -> None:
    """No account is thought to be read-only while it is not.

    Why: basic_auth knows no roles: the guide's `viewer` may shut workers down like `admin`.
    Fix: run a second Flower with `--read_only=True` (2.1 and later) for those who only look.
    Source: https://flower.readthedocs.io/en/latest/config.html#read-only
    """
    readers = [account.name for account in target.accounts if account.may == "read"]
    only_if(bool(readers), "no account is declared `may: read` for this target")
    assert options.read_only, Finding(
        f"{', '.join(readers[:5])} may control everything: read_only is off", wanted="read_only", where="--read_only"
    )


@check(
    "auth.api-not-unauthenticated",
    severity=Severity.CRITICAL,
    section=AUTHENTICATION,
    covers=("Authentication enabled",),
)
def test_api_is_not_opened_to_all(options: Options) -> None:
    """FLOWER_UNAUTHENTICATED_API is not set in the running process.

    Why: it opens every read and every control route of the API, to scripts and to any web page, once no login is set.
    Fix: take FLOWER_UNAUTHENTICATED_API out of the service's environment and restart; give scripts a user instead.
    Source: https://flower.readthedocs.io/en/latest/api.html
    """
    only_if(options.release >= Version("2.0"), f"Flower {options.release} has no such variable")
    assert not options.unauthenticated_api, Finding(
        "FLOWER_UNAUTHENTICATED_API is true", wanted="not set", where="the environment of the running process"
    )


@check("auth.oauth-complete", severity=Severity.HIGH, section=AUTHENTICATION, covers=("OAuth troubleshooting",))
def test_oauth_is_complete(options: Options) -> None:
    """OAuth login has all it needs: provider, key, secret and redirect URI.

    Why: without a provider `/login` is a 404 from 2.0 on, and without the rest the provider refuses everybody.
    Fix: set auth_provider, oauth2_key, oauth2_secret and oauth2_redirect_uri to the values your provider shows.
    Source: https://flower.readthedocs.io/en/latest/auth.html
    """
    login = options.login
    assert not login.missing, Finding(f"not set: {', '.join(login.missing)}", wanted="all set", where=login.where)
    assert not login.placeholders, Finding(
        f"still an example: {', '.join(login.placeholders)}", wanted="your provider's values", where=login.where
    )
    assert not login.provider_defect, Finding(login.provider_defect, wanted="a login handler", where="auth_provider")


@check("auth.oauth-pattern-safe", severity=Severity.CRITICAL, section=AUTHENTICATION, covers=("OAuth troubleshooting",))
def test_email_pattern_is_safe(options: Options) -> None:
    r"""The email pattern admits nobody it should not.

    Why: before 1.2 it is a regular expression that is not anchored at its end, so `a@example.com.attacker.net` matches
    (CVE-2022-30034); and at a public mail provider anybody can have an address.
    Fix: use Flower 1.2 or later and your own domain, `.*@example.com`; before it, end it with `$` and write `\.`.
    Source: https://github.com/advisories/GHSA-q4qm-xhf9-4p8f
    """
    login = options.login
    assert not login.pattern_risk, Finding(
        f"{login.pattern_risk}: {login.pattern[:80]}", wanted="your own addresses only", where=login.where
    )


@check("auth.oauth-pattern-admits", severity=Severity.HIGH, section=AUTHENTICATION, covers=("OAuth troubleshooting",))
def test_email_pattern_admits_somebody(options: Options) -> None:
    r"""The email pattern lets those in who should get in.

    Why: from 1.2 on only `.*` before the @, or a list with `|`, is understood; the guide's `.*@example\.com` locks
    everybody out after a login that looked right.
    Fix: write the addresses with `|` between them, or `.*@example.com`, without `\`, `^` and `$`.
    Source: https://github.com/mher/flower/issues/1271
    """
    login = options.login
    assert not login.pattern_defect, Finding(
        f"{login.pattern_defect}: {login.pattern[:80]}", wanted=".*@your.domain", where=login.where
    )


@check("auth.oauth-redirect-uri", severity=Severity.HIGH, section=AUTHENTICATION, covers=("OAuth troubleshooting",))
def test_oauth_redirect_uri_leads_back(oauth_redirect: OauthRedirect) -> None:
    """The provider sends people back to Flower's public https address.

    Why: Flower sends this URI as it is written; with another host, path or plain http the provider refuses, or the
    login travels unencrypted.
    Fix: set oauth2_redirect_uri to `https://<public host>/<prefix>/login` here and at the provider.
    Source: https://flower.readthedocs.io/en/latest/auth.html
    """
    found = oauth_redirect
    assert not found.defect, Finding(found.defect, wanted=found.wanted, where=found.where)


@check("auth.cookie-secret", severity=Severity.MEDIUM, section=AUTHENTICATION, covers=("Authentication enabled",))
def test_cookie_secret_is_kept(options: Options) -> None:
    """With OAuth, the secret that signs login cookies is set, long and random.

    Why: unset, it is made anew at every start, which logs everybody out; short or known, anybody signs in as anybody.
    Fix: set FLOWER_COOKIE_SECRET in the environment file to what `openssl rand -hex 32` gives, and restart.
    Source: https://flower.readthedocs.io/en/latest/config.html#cookie-secret
    """
    login = options.login
    options.known("cookie_secret")
    told = {"unset": "not set", "weak": "short, repetitive or an example"}.get(options.cookie_secret, "")
    assert not told, Finding(
        f"cookie_secret is {told}", wanted="at least 32 random characters", where=f"OAuth by {login.provider or 'auth'}"
    )
