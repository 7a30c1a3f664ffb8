"""The release, told by the script that real Flowers serve."""

from typing import Any

import pytest
from packaging.version import Version

from flower_audit.facts.fingerprint import fingerprint
from flower_audit.facts.routes import routes


@pytest.mark.parametrize(
    ("release", "told"),
    [("1.2.0", ("1.1.0", "1.2.0")), ("2.0.1", ("2.0.1",)), ("2.1.0", ("2.1.0",)), ("2.2.0", ("2.2.0",))],
)
def test_each_release_is_known(
    release: str, told: tuple[str, ...], flowers: Any, target: Any, site_of: Any, trail: Any
) -> None:
    found = fingerprint(routes(target, site_of(flowers(release).port), trail))
    assert found.releases == tuple(map(Version, told))


def test_another_script_is_no_release(caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    found = fingerprint(routes(target, site_of(caddy(' respond "alert(1)" 200').https, "https"), trail))
    assert found.releases == ()
    assert "no release known" in found.reason


def test_no_script_is_no_release(caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    found = fingerprint(routes(target, site_of(caddy(' respond "" 403').https, "https"), trail))
    assert found.releases == ()
    assert "was not served" in found.reason
