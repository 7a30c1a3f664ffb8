"""What may stand after --flower-host, and what is refused before anything runs."""

import pytest

from flower_audit.configuration import Configuration
from flower_audit.errors import UsageError
from flower_audit.resolve import PASSWORD_VARIABLE, Overrides, resolve
from flower_audit.target import Access, Account, Target

FILE = Configuration(
    targets={
        "production": Access(url="https://flower.example.com/", connection="ssh://audit@flower1"),
        "with-account": Access(url="https://f/", accounts=(Account(name="a", password_env="FLOWER_TEST_MISSING"),)),
        "nothing": Access(sudo=True),
    }
)


def one(host: str, **overrides: object) -> Target:
    (target,) = resolve([host], FILE, Overrides(**overrides))  # type: ignore[arg-type]
    return target


@pytest.mark.parametrize(
    ("host", "url", "connection"),
    [
        ("https://flower.example.com/x/", "https://flower.example.com/x/", None),
        ("http://[::1]:5555", "http://[::1]:5555", None),
        ("flower.example.com", "https://flower.example.com/", None),
        ("localhost:8443", "https://localhost:8443/", None),
        ("[::1]:8443", "https://[::1]:8443/", None),
        ("ssh://audit@flower1:2222", None, "ssh://audit@flower1:2222"),
        ("docker://flower", None, "docker://flower"),
        ("local://", None, "local://"),
        ("production", "https://flower.example.com/", "ssh://audit@flower1"),
    ],
)
def test_what_a_target_may_look_like(host: str, url: str | None, connection: str | None) -> None:
    target = one(host)
    assert (target.url, target.connection) == (url, connection)


def test_a_host_connection_opens_the_url_too_for_it_is_found_there() -> None:
    assert one("ssh://flower1").ways() == {"host", "process", "url", "statement"}
    assert one("https://f.example/").ways() == {"url", "statement"}


def test_options_win_over_the_file() -> None:
    target = one(
        "production", single={"unit": "flower@prod"}, every={"sudo": True, "timeout_s": 3.0, "ssh_config": None}
    )
    assert (target.unit, target.sudo, target.timeout_s, target.ssh_config) == ("flower@prod", True, 3.0, None)


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("prodution", "no target of that name; did you mean 'production'?"),
        ("https://", "no http\\(s\\) URL with a host"),
        ("https://:443/", "no http\\(s\\) URL with a host"),
        ("https://x:99999/", "[Pp]ort out of range"),
        ("https://admin:pw@x/", "holds a password; name the account with --flower-user"),
        ("shs://x", "did you mean 'ssh://'"),
        ("safe-ssh://x", "is not spoken here"),
        ("ssh://", "names no host"),
        ("ssh://audit:pw@x", "holds a password, which every user"),
        ("nothing", "there is no way in"),
        ("with-account", "environment variable FLOWER_TEST_MISSING, which is not set"),
        ("a b", "neither a URL|no target"),
        ("", "neither a URL|no target"),
    ],
)
def test_what_is_refused(host: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        one(host)
    assert "pw" not in str(error.value)


def test_files_that_cannot_serve_are_refused(tmp_path) -> None:
    with pytest.raises(UsageError, match="cannot read ca"):
        one("https://f.example/", single={"ca": str(tmp_path / "no.pem")})
    (tmp_path / "empty.pem").write_text("")
    with pytest.raises(UsageError, match="holds no"):
        one("https://f.example/", single={"ca": str(tmp_path / "empty.pem")})


def test_a_user_brings_a_password_in_the_environment(monkeypatch) -> None:
    with pytest.raises(UsageError, match=PASSWORD_VARIABLE):
        one("https://f.example/", user="admin")
    monkeypatch.setenv(PASSWORD_VARIABLE, "x")
    assert one("https://f.example/", user="admin").accounts[0].name == "admin"


def test_an_option_for_one_target_does_not_hold_for_two() -> None:
    with pytest.raises(UsageError, match="--flower-url would hold for 2 targets"):
        resolve(["ssh://a", "ssh://b"], FILE, Overrides(single={"url": "https://x/"}))


def test_two_targets_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match="named twice"):
        resolve(["https://a.example/", "http://a.example/"], FILE, Overrides())
