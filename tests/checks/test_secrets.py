"""Accepts and rejects of secrets.*."""

from dataclasses import replace

import pytest
from flower_audit.checks import test_secrets as checks

from flower_audit.check import Finding
from flower_audit.errors import NotApplicable
from flower_audit.facts.argv_secrets import ArgvSecrets
from flower_audit.facts.files import Files, SecretFile
from flower_audit.facts.git import Git
from flower_audit.facts.logged_secrets import LoggedSecrets
from flower_audit.facts.unit_file import UnitFile

ENVIRONMENT = SecretFile(
    path="/etc/flower/flower.env",
    mode="0600",
    owner="root",
    group="root",
    names=("FLOWER_BASIC_AUTH",),
    open_to_others=False,
    owner_is_trusted=True,
)
FILES = Files(secret=(ENVIRONMENT,), looked_at=("/etc/flower/flower.env",), examples=("/opt/app/.env.example",))
UNIT = UnitFile(
    files=("/etc/systemd/system/flower.service",),
    secrets=(),
    outdated={},
    malformed=(),
    accounts_in_environment=(),
    has_install_section=True,
)
GIT = Git(top="/opt/app", looked_for=(".env", "flower.db"), tracked=(), not_ignored=(), in_history=())
LOGS = LoggedSecrets(where=(), looked_at=("journal",), secrets=2)


def test_not_in_command_line() -> None:
    checks.test_no_secret_in_a_command_line(ArgvSecrets(found=(), looked_at=90))
    with pytest.raises(AssertionError, match=r"celery \(pid 12\): --basic_auth"):
        checks.test_no_secret_in_a_command_line(ArgvSecrets(found=("celery (pid 12): --basic_auth",), looked_at=90))


def test_not_in_unit() -> None:
    checks.test_no_secret_in_the_unit(UNIT)
    with pytest.raises(AssertionError) as error:
        checks.test_no_secret_in_the_unit(replace(UNIT, secrets=("FLOWER_BASIC_AUTH (/etc/x.conf:2)",)))
    assert error.value.args[0] == Finding(
        "FLOWER_BASIC_AUTH (/etc/x.conf:2)", wanted="EnvironmentFile=", where=UNIT.files[0]
    )


def test_files_private() -> None:
    checks.test_files_with_secrets_are_private(FILES)
    loose = replace(ENVIRONMENT, mode="0644", open_to_others=True)
    with pytest.raises(AssertionError, match=r"mode 0644 .* lets others at FLOWER_BASIC_AUTH"):
        checks.test_files_with_secrets_are_private(replace(FILES, secret=(ENVIRONMENT, loose)))
    foreign = replace(ENVIRONMENT, owner="bob", owner_is_trusted=False)
    with pytest.raises(AssertionError, match="owned by bob"):
        checks.test_files_with_secrets_are_private(replace(FILES, secret=(foreign,)))
    with pytest.raises(NotApplicable):
        checks.test_files_with_secrets_are_private(replace(FILES, secret=()))


@pytest.mark.parametrize("field", ["tracked", "in_history", "not_ignored"])
def test_not_in_git(field: str) -> None:
    checks.test_no_secret_in_git(GIT)
    with pytest.raises(AssertionError, match=r"\.env"):
        checks.test_no_secret_in_git(replace(GIT, **{field: (".env",)}))


def test_not_in_git_does_not_pass_when_nothing_was_looked_for() -> None:
    with pytest.raises(AssertionError):
        checks.test_no_secret_in_git(replace(GIT, looked_for=()))


def test_example_is_clean() -> None:
    checks.test_example_file_holds_no_real_secret(FILES)
    with pytest.raises(AssertionError, match="FLOWER_BASIC_AUTH"):
        checks.test_example_file_holds_no_real_secret(replace(FILES, example_leaks=("FLOWER_BASIC_AUTH (x)",)))
    with pytest.raises(NotApplicable):
        checks.test_example_file_holds_no_real_secret(replace(FILES, examples=()))


def test_not_in_logs() -> None:
    checks.test_no_secret_in_the_log(LOGS)
    with pytest.raises(AssertionError, match="journal"):
        checks.test_no_secret_in_the_log(replace(LOGS, where=("journal",)))
    with pytest.raises(NotApplicable):
        checks.test_no_secret_in_the_log(replace(LOGS, secrets=0))
