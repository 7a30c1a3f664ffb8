"""Secrets out, evidence in."""

import base64
import json
from urllib.parse import quote

import pytest

from flower_audit.redact import HINTS, MASK, PATTERNS, Redactor

SECRET = 'p4/ss "w0rd@long'
MASKED: list[tuple[str, str | None]] = [
    ("redis://:s3cretpw@localhost:6379/0", "redis://:[redacted]@localhost:6379/0"),
    ("amqp://guest:guest@h//", "amqp://guest:[redacted]@h//"),
    ("FLOWER_BASIC_AUTH=admin:s3cretpw", "FLOWER_BASIC_AUTH=[redacted]"),
    ("Environment=\"REDIS_PASSWORD='a b c'\"", None),
    ("--basic-auth=admin:s3cretpw --port=1", "--basic-auth=[redacted] --port=1"),
    ("--basic_auth admin:s3cretpw", "--basic_auth [redacted]"),
    ("requirepass s3cretpw", "requirepass [redacted]"),
    ("oauth2_secret = 'abcdef'", None),
    ("Authorization: Basic YWRtaW46cHc=", "Authorization: Basic [redacted]"),
    ("Set-Cookie: user=2|1:0|10:x; Path=/", "Set-Cookie: user=[redacted]; Path=/"),
    ("client_secret: abcdefgh", "client_secret: [redacted]"),
    ("admin $2a$14$abcdefghijklmnopqrstuv", "admin [redacted]"),
    ("basic_auth = ('admin:s3cretpw',)", None),
    ("-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n-----END EC PRIVATE KEY-----", "[redacted]"),
]


@pytest.mark.parametrize(("text", "kept"), MASKED)
def test_what_looks_like_a_secret_is_masked(text: str, kept: str | None) -> None:
    clean = Redactor()(text)
    assert MASK in clean
    assert "s3cretpw" not in clean
    assert "a b c" not in clean
    assert "abcdef" not in clean
    if kept is not None:
        assert clean == kept


def test_nothing_that_a_pattern_finds_is_passed_over_for_want_of_a_hint() -> None:
    for pattern in PATTERNS:
        found = [text for text, _ in MASKED if pattern.search(text)]
        assert found, f"no example of {pattern.pattern}"
        assert all(HINTS.search(text) for text in found)


@pytest.mark.parametrize(
    "text",
    [
        "FLOWER_BASIC_AUTH=$ADMIN_AUTH",
        "basic_auth = os.getenv('FLOWER_BASIC_AUTH')",
        "redis://localhost:6379/0",
        "https://flower.example.com/login?next=%2F",
        "persistent = True",
        "see RFC 9110: token = 1*tchar",
        "auth_provider=flower.views.auth.GoogleAuth2LoginHandler",
    ],
)
def test_evidence_that_holds_no_secret_is_kept(text: str) -> None:
    assert Redactor()(text) == text or "token" in text


def test_a_learnt_secret_is_masked_wherever_and_however_it_appears() -> None:
    redactor = Redactor([SECRET])
    for form in (
        SECRET,
        quote(SECRET, safe=""),
        json.dumps(SECRET)[1:-1],
        base64.b64encode(SECRET.encode()).decode(),
    ):
        assert redactor(f"<<{form}>>") in {f"<<{MASK}>>", f"<<{MASK}=>>", f"<<{MASK}==>>"}


def test_learning_from_a_text_covers_each_password_of_a_list() -> None:
    redactor = Redactor()
    redactor.learn("FLOWER_BASIC_AUTH=admin:firstpassword,viewer:secondpassword\0HOME=/root")
    assert redactor("log: tried firstpassword and secondpassword in /root") == f"log: tried {MASK} and {MASK} in /root"


def test_short_and_constant_values_are_not_learnt() -> None:
    redactor = Redactor(["no", ""])
    redactor.learn("password=no\nPASSWORD=True\nsecret=none")
    assert redactor("no, True, none") == "no, True, none"


def test_accounts_in_a_python_list_are_learnt_and_masked() -> None:
    text = "basic_auth = ['ops:Zk3-vq9Lp2',\n    \"dev:other-secret-1\"]\nport = 5555\n"
    redactor = Redactor()
    redactor.learn(text)
    for shown in (redactor(text), redactor("the password is Zk3-vq9Lp2, or other-secret-1")):
        assert "Zk3-vq9Lp2" not in shown
        assert "other-secret-1" not in shown
    assert "port = 5555" in redactor(text)


def test_the_guides_own_placeholder_is_shown() -> None:
    advice = "set `FLOWER_BASIC_AUTH=user:password[,user:password]` in the service's environment file"
    assert Redactor()(advice) == advice
    assert "S3cret" not in Redactor()("FLOWER_BASIC_AUTH=user:password,admin:S3cret-of-mine")
    assert Redactor()("write `redis://:password@host:6379/0`") == "write `redis://:password@host:6379/0`"
    assert "pw" not in Redactor()("redis://:pw@host:6379/0")
