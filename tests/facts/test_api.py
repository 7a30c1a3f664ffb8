"""Accounts, workers and queues, asked of real Flowers with a real worker behind them."""

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from flower_audit.errors import NotAsked, Unobservable
from flower_audit.facts.api import Api, api
from flower_audit.facts.fingerprint import fingerprint
from flower_audit.facts.reach import reach
from flower_audit.facts.routes import routes
from flower_audit.target import Account

PASSWORD = "long-enough-secret"
BASIC = f"--basic_auth=admin:{PASSWORD}"
ADMIN = Account(name="admin", password_env="TEST_ADMIN_PASSWORD")


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_ADMIN_PASSWORD", PASSWORD)
    monkeypatch.setenv("TEST_OTHER_PASSWORD", "not-this-one")


@pytest.fixture
def look(target: Any, trail: Any) -> Any:
    def at(site: Any, *accounts: Account, ca: Any = None) -> Api:
        asking = target.model_copy(update={"accounts": accounts, "ca": str(ca) if ca else None})
        return api(asking, site, routes(asking, site, trail), trail)

    return at


@pytest.fixture(scope="module")
def worker(redis_url: str, flower_environment: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("worker")
    (folder / "app.py").write_text(f"from celery import Celery\napp = Celery('app', broker={redis_url!r})\n")
    process = subprocess.Popen(
        [flower_environment("2.2.0"), "-m", "celery", "-A", "app", "worker", "-E", "-P", "solo", "-n", "w1@test"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.terminate()
    process.wait(20)


@pytest.mark.parametrize("release", ["1.2.0", "2.0.1", "2.1.0", "2.2.0"])
def test_a_worker_is_seen(release: str, worker: Any, flowers: Any, look: Any, site_of: Any) -> None:
    site = site_of(flowers(release, BASIC).port)
    deadline = time.monotonic() + 20
    found = look(site, ADMIN)
    while not found.online and time.monotonic() < deadline:
        time.sleep(0.5)
        found = look(site, ADMIN)
    assert found.online == ("w1@test",)
    assert found.asked_as == "admin"
    assert found.broker_complaint == ""
    assert found.queues == {"celery": 0}


def test_the_open_api_of_1_2_answers_without_an_account(flowers: Any, look: Any, site_of: Any) -> None:
    found = look(site_of(flowers("1.2.0").port))
    assert found.workers is not None
    assert found.broker_complaint == ""


def test_the_api_of_1_2_is_dead_behind_a_login(flowers: Any, look: Any, site_of: Any) -> None:
    found = look(site_of(flowers("1.2.0", BASIC).port), ADMIN)
    assert found.logins[0].admitted
    assert (found.workers_status, found.queues_status) == (405, 405)
    assert found.workers is not None, "its pages tell what the API does not"
    stranger = Account(name="admin", password_env="TEST_OTHER_PASSWORD")
    with pytest.raises(Unobservable, match="not admitted"):
        _ = look(site_of(flowers("1.2.0", BASIC).port), stranger).online


def test_without_an_account_nothing_is_known(flowers: Any, look: Any, site_of: Any) -> None:
    found = look(site_of(flowers("2.2.0", BASIC).port))
    for question in ("online", "broker_complaint"):
        with pytest.raises(NotAsked, match="--flower-user"):
            getattr(found, question)


@pytest.mark.parametrize("release", ["1.2.0", "2.2.0"])
def test_a_wrong_password(release: str, flowers: Any, look: Any, site_of: Any) -> None:
    found = look(site_of(flowers(release, BASIC).port), Account(name="admin", password_env="TEST_OTHER_PASSWORD"))
    assert [(login.admitted, login.front.status) for login in found.tried] == [(False, 401)]
    with pytest.raises(Unobservable, match="not admitted"):
        _ = found.online


def test_a_password_that_is_not_set(flowers: Any, look: Any, site_of: Any) -> None:
    found = look(site_of(flowers("2.2.0", BASIC).port), Account(name="admin", password_env="TEST_NO_SUCH_VARIABLE"))
    with pytest.raises(Unobservable, match="TEST_NO_SUCH_VARIABLE"):
        _ = found.tried


@pytest.mark.parametrize(("release", "complaint"), [("1.2.0", "Flower lists no queue"), ("2.2.0", "500")])
def test_a_broker_that_is_down(
    release: str, complaint: str, flowers: Any, servers: Any, look: Any, site_of: Any
) -> None:
    running = flowers(release, BASIC, broker=f"redis://127.0.0.1:{servers.free_port()}/0")
    found = look(site_of(running.port), ADMIN)
    assert found.broker_complaint.startswith(complaint)


def test_no_password_over_plain_http_to_another_machine(
    flowers: Any, look: Any, site_of: Any, own_address: str, trail: Any
) -> None:
    running = flowers("2.2.0", BASIC, address=own_address)
    site = site_of(running.port)
    remote = site.origin_as("http", running.port, address=own_address)
    found = look(type(site)(origin=remote, found_by="", addresses=(own_address,)), ADMIN)
    assert not found.logins[0].admitted
    with pytest.raises(Unobservable, match="not encrypted"):
        _ = found.tried
    assert not any(" as admin" in source for source in trail.sources)


def test_no_password_over_tls_that_is_not_trusted(
    flowers: Any, caddy: Any, look: Any, site_of: Any, authority: Any
) -> None:
    site = site_of(caddy(f"reverse_proxy 127.0.0.1:{flowers('2.2.0', BASIC).port}").https, "https")
    with pytest.raises(Unobservable, match="was not sent"):
        _ = look(site, ADMIN).tried
    assert look(site, ADMIN, ca=authority.root.pem).logins[0].admitted


def test_behind_a_login_of_the_proxy_an_account_shows_what_is_there(
    flowers: Any, caddy: Any, site_of: Any, authority: Any, target: Any, trail: Any
) -> None:
    """Flower's own login and the proxy's take the same user and password, as one does who wants both."""
    running = flowers("2.1.0", BASIC)
    proxied = caddy(
        f' @anonymous not header Authorization *\n header @anonymous WWW-Authenticate `Basic realm="x"`\n'
        f" respond @anonymous 401\n reverse_proxy 127.0.0.1:{running.port}"
    )
    site = site_of(proxied.https, "https")
    asking = target.model_copy(update={"accounts": (ADMIN,), "ca": str(authority.root.pem)})
    visited = routes(asking, site, trail)
    assert fingerprint(visited).releases == ()
    with pytest.raises(Unobservable):
        reach(site, visited)
    asked = api(asking, site, visited, trail)
    assert [str(one) for one in fingerprint(visited, asked).releases] == ["2.1.0"]
    assert reach(site, visited, api=asked).gateway_error == ""


@pytest.mark.parametrize("body", ['"x"', "[]", '{"w": 1}', "not json", '{"active_queues": 5}', "[" * 5000])
def test_answers_that_make_no_sense(body: str, caddy: Any, look: Any, site_of: Any) -> None:
    proxied = caddy(f" header Content-Type application/json\n respond `{body}` 200")
    found = look(site_of(proxied.https, "https"))
    for question in ("online", "broker_complaint"):
        with pytest.raises(Unobservable):
            getattr(found, question)
