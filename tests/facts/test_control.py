"""Control by anybody: told by reading, and by the one POST."""

from typing import Any

import pytest

from flower_audit.errors import Unobservable
from flower_audit.facts.control import control
from flower_audit.facts.routes import routes

BASIC = "--basic_auth=admin:long-enough-secret"


@pytest.mark.parametrize("active", [False, True])
@pytest.mark.parametrize(
    ("release", "options", "environment", "reached"),
    [
        ("1.2.0", (), {}, True),
        ("1.2.0", (BASIC,), {}, False),
        ("2.0.1", (BASIC,), {}, False),
        ("2.2.0", (), {}, False),
        ("2.2.0", (BASIC,), {}, False),
        ("2.2.0", (), {"FLOWER_UNAUTHENTICATED_API": "true"}, True),
    ],
)
def test_real_releases(
    active: bool,
    release: str,
    options: tuple[str, ...],
    environment: dict[str, str],
    reached: bool,
    flowers: Any,
    target: Any,
    site_of: Any,
    trail: Any,
) -> None:
    target = target.model_copy(update={"active": active})
    site = site_of(flowers(release, *options, **environment).port)
    found = control(target, site, routes(target, site, trail), trail)
    assert bool(found.reached) is reached
    posts = [source for source in trail.sources if source.startswith("POST")]
    assert len(posts) == active
    assert all("/api/worker/shutdown/flower-audit-" in post and ".invalid" in post for post in posts)


def test_a_post_decides_where_reading_cannot(flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    running = flowers("2.2.0", FLOWER_UNAUTHENTICATED_API="true")
    proxied = caddy(
        f" @read path / /workers /tasks /api/workers /api/tasks /api/task/types /api/queues/length\n"
        f" basic_auth @read {{\n  admin $2a$04$Xk5vLnX0ZsVnv7lPBpWtUuiOt9MyplhZ0VJ2sOIYmOFrnDTi9pG2G\n }}\n"
        f" reverse_proxy 127.0.0.1:{running.port}"
    )
    site = site_of(proxied.https, "https")
    visited = routes(target, site, trail)
    with pytest.raises(Unobservable, match="--flower-active"):
        control(target, site, visited, trail)
    assert "POST" in control(target.model_copy(update={"active": True}), site, visited, trail).reached
