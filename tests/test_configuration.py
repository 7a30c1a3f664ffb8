"""flower-audit.yml: read, or refused with the file, the line, the key and the nearest name."""

import pytest

from flower_audit.configuration import Configuration, load, parse
from flower_audit.errors import UsageError
from flower_audit.model import Severity

GOOD = """
targets:
  production:
    url: https://flower.example.com/
    connection: ssh://audit@flower1.internal
    sudo: true
    unit: flower.service
    accounts:
      - {name: admin, password_env: FLOWER_ADMIN_PASSWORD}
      - {name: viewer, password_env: FLOWER_VIEWER_PASSWORD, may: read}
policy:
  certificate_min_days_left: 30
fail_on: medium
waivers:
  - check: https.hsts
    target: prod*
    reason: the load balancer is replaced in May
    approver: Kim
    granted: 2026-01-01
    until: 2026-05-31
"""


def test_a_good_file_says_all_of_it() -> None:
    read = parse(GOOD, "flower-audit.yml")
    production = read.targets["production"]
    assert production.sudo
    assert [account.may for account in production.accounts] == ["all", "read"]
    assert read.policy.certificate_min_days_left == 30
    assert read.fail_on is Severity.MEDIUM
    assert read.waivers[0].covers("https.hsts", "production")
    assert not read.waivers[0].covers("https.hsts", "staging")


def test_an_empty_file_is_the_defaults() -> None:
    assert parse("# nothing yet\n", "f") == Configuration()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "targets:\n  a:\n    conection: ssh://x\n",
            "f:3: targets.a.conection: unknown key; did you mean 'connection'?",
        ),
        ("polcy: {}\n", "f:1: polcy: unknown key; did you mean 'policy'?"),
        ("policy:\n  certificate_days: 3\n", "f:2: policy.certificate_days: unknown key; did you mean"),
        (
            "targets:\n  a:\n    accounts:\n    - {name: x}\n",
            "f:4: targets.a.accounts.0.password_env: this key is required",
        ),
        ("policy:\n  workers_min: none\n", "f:2: policy.workers_min: input should be a valid integer"),
        ("policy:\n  workers_min: 0\n", "f:2: policy.workers_min: input should be greater than 0"),
        ("a: [\n", "f:2: this is not YAML"),
        ("- a\n", "f: the file must be a mapping"),
        ("targets:\n  a: {url: x}\n  a: {url: y}\n", "f:3: the key 'a' stands twice"),
        ("waivers:\n- {check: a, reason: r, approver: b, granted: 2026-01-01, until: soon}\n", "f:2: waivers.0.until:"),
        ("allow_unknown: ['*']\n", "f:1: allow_unknown.0: string should match pattern"),
        ("fail_on: hihg\n", "f:1: fail_on: input should be"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(text, "f")
    assert str(error.value).startswith(message)


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        load(tmp_path / "flower-audit.yml")
