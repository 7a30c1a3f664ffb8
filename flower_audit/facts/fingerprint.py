"""Flower's release, told from outside by the script that it serves to everybody."""

from dataclasses import dataclass

from packaging.version import Version

from flower_audit.facts.api import Api
from flower_audit.facts.routes import Routes
from flower_audit.probe import fact
from flower_audit.visit import SCRIPT

DIGESTS = {
    "0d3ae833e5a24ba8": ("0.8.4",),
    "bf944f3742c1a372": ("0.9.0",),
    "59d8e03774ebeb14": ("0.9.1",),
    "fc8d92f3e498da70": ("0.9.2",),
    "c56d64d9ec60f71f": ("0.9.3",),
    "193284bc1a11763a": ("0.9.4",),
    "95ff49d6cc8c0b74": ("0.9.5",),
    "82aaa504313a731f": ("0.9.7", "1.0.0"),
    "95a35b746a425bdf": ("1.1.0", "1.2.0"),
    "cbd44709054abc3e": ("2.0.0",),
    "c827e69eca39d50f": ("2.0.1",),
    "ca5a3d8759f2b2c8": ("2.1.0",),
    "68038e968908bff3": ("2.2.0",),
}
"""The first 16 digits of the SHA-256 of `static/js/flower.js`; two releases share it where nothing in it changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Shape: `releases` that serve this very script, oldest first; empty where unknown, `reason` then says why."""

    releases: tuple[Version, ...] = ()
    reason: str = ""


@fact()
def fingerprint(routes: Routes, api: Api | None = None) -> Fingerprint:
    """Source: the SHA-256 of static/js/flower.js, with an account's password where it is not served without."""
    visit = routes.at(SCRIPT)
    digest = (visit.digest if visit else "") or (api.script_digest if api else "")
    if not digest:
        return Fingerprint(
            reason=f"{SCRIPT} was not served: {visit.note or visit if visit else 'it was not asked for'}"
        )
    names = DIGESTS.get(digest[:16], ())
    reason = "" if names else f"{SCRIPT} is that of no release known here (SHA-256 {digest[:16]}…)"
    return Fingerprint(releases=tuple(map(Version, names)), reason=reason)
