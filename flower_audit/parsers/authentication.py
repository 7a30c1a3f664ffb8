"""How people log in to Flower, judged from its options: properties only, no secret comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from packaging.version import Version

from flower_audit.parsers.credentials import is_placeholder, is_weak, judge_accounts
from flower_audit.parsers.effective_options import Effective, Source
from flower_audit.parsers.email_pattern import judge_pattern

COOKIE_SECRET_MIN_LENGTH = 32

PROVIDERS = "flower.views.auth."
SINCE: dict[str, Version] = {
    "GoogleAuth2LoginHandler": Version("0.8"),
    "GithubLoginHandler": Version("0.8"),
    "GitLabLoginHandler": Version("0.9.5"),
    "OktaLoginHandler": Version("0.9.5"),
}
"""Flower's own login handlers, and since when each is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicAuth:
    """The properties of `basic_auth`.

    Shape: `malformed` says what is wrong with entries, numbered and without their text; `placeholders` and `weak` name
    the users whose password is an example, a default, common or the user's own name, or shows too little variety.
    Units: `shortest` in characters, placeholders aside, 0 where there is no other password.
    """

    names: tuple[str, ...]
    malformed: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    shortest: int = 0
    source: Source = "environment"
    where: str = ""

    @property
    def place(self) -> str:
        """Where they stand, as a report can say it before a colon without looking like a secret."""
        added = {"environment": " in the environment", "flag": " on the command line"}
        return self.where + added.get(self.source, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """The properties of OAuth login.

    Shape: `provider` is the handler's class, `provider_defect` says why this release has none of that name;
    `pattern_risk` and `pattern_defect` are sentences, empty where the email pattern is safe and admits somebody;
    `missing` names what is not set, `placeholders` what still holds an example value.
    """

    pattern: str
    provider: str
    provider_defect: str = ""
    redirect_uri: str = ""
    missing: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    pattern_risk: str = ""
    pattern_defect: str = ""
    where: str = ""


def basic_auth_of(effective: Effective) -> BasicAuth | None:
    """The accounts in force; None where basic authentication is off or unknown."""
    given = effective.options["basic_auth"]
    if not isinstance(given.value, tuple) or not given.value:
        return None
    judged = judge_accounts([str(entry) for entry in given.value if entry is not None])
    return BasicAuth(
        names=judged.names,
        malformed=judged.malformed,
        placeholders=judged.placeholders,
        weak=judged.weak,
        shortest=judged.shortest,
        source=given.source,
        where=given.where,
    )


def oauth_of(effective: Effective, environ: Mapping[str, str], release: Version) -> OAuth | None:
    """OAuth login in force; None where it is off or unknown."""
    pattern = str(effective.value("auth") or "")
    if not pattern:
        return None
    values = {name: str(effective.value(name) or "") for name in ("oauth2_key", "oauth2_secret", "oauth2_redirect_uri")}
    unknown = {name for name in (*values, "auth_provider") if effective.options[name].unknown}
    provider = str(effective.value("auth_provider") or "")
    missing = [
        name for name, value in {"auth_provider": provider, **values}.items() if not value and name not in unknown
    ]
    if provider.endswith("OktaLoginHandler") and not environ.get("FLOWER_OAUTH2_OKTA_BASE_URL"):
        missing.append("FLOWER_OAUTH2_OKTA_BASE_URL")
    verdict = judge_pattern(pattern, release)
    return OAuth(
        pattern=pattern[:200],
        provider=provider,
        provider_defect=_provider_defect(provider, release) if provider else "",
        redirect_uri=values["oauth2_redirect_uri"][:300],
        missing=tuple(missing),
        placeholders=tuple(
            name for name in ("oauth2_key", "oauth2_secret") if values[name] and is_placeholder(values[name])
        ),
        pattern_risk=verdict.risk,
        pattern_defect=verdict.defect,
        where=effective.options["auth"].where,
    )


def cookie_secret_of(effective: Effective) -> Literal["unset", "weak", "strong", "unknown"]:
    """What the secret that signs login cookies is like."""
    given = effective.options["cookie_secret"]
    if given.unknown:
        return "unknown"
    secret = str(given.value or "")
    if not secret:
        return "unset"
    weak = len(secret) < COOKIE_SECRET_MIN_LENGTH or is_placeholder(secret) or is_weak(secret)
    return "weak" if weak else "strong"


def _provider_defect(provider: str, release: Version) -> str:
    """Why this release has no such handler; empty for one that it has, and for a class from elsewhere."""
    if not provider.startswith("flower."):
        return "" if "." in provider or ":" in provider else "it is no dotted path of a class"
    name = provider.removeprefix(PROVIDERS)
    since = SINCE.get(name)
    if since is None:
        return f"Flower has no {provider}; it has {', '.join(SINCE)} in {PROVIDERS.rstrip('.')}"
    return "" if release >= since else f"{name} is there since Flower {since}"
