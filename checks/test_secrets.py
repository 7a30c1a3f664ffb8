"""Where Flower's secrets stand, and who can read them.  PYTEST_DONT_REWRITE: the messages stay objects."""

from flower_audit.check import Finding, check, only_if
from flower_audit.facts.argv_secrets import ArgvSecrets
from flower_audit.facts.files import Files
from flower_audit.facts.git import Git
from flower_audit.facts.logged_secrets import LoggedSecrets
from flower_audit.facts.unit_file import UnitFile
from flower_audit.model import Severity

CONFIGURATION = "Basic Configuration"


@check("secrets.not-in-command-line", severity=Severity.HIGH, section=CONFIGURATION)
def test_no_secret_in_a_command_line(argv_secrets: ArgvSecrets) -> None:
    """No process has a password in its arguments.

    Why: every local user reads them with `ps`, and monitoring keeps them.
    Fix: give it through an environment file of mode 0600, such as FLOWER_BASIC_AUTH in EnvironmentFile=, and restart;
    redis-cli reads REDISCLI_AUTH.
    Source: proc(5), /proc/<pid>/cmdline
    """
    found = argv_secrets.found
    assert not found, Finding("; ".join(found[:3]), wanted="no password in any argument", where="the process list")


@check(
    "secrets.not-in-unit",
    severity=Severity.HIGH,
    section="Production Deployment",
    covers=("Systemd service installed and enabled",),
)
def test_no_secret_in_the_unit(unit_file: UnitFile) -> None:
    """The unit holds no secret, neither in `Environment=` nor in a command.

    Why: `systemctl show` and `systemctl cat` tell it to every local user, whatever the file's mode.
    Fix: move the variables into a file of mode 0600 owned by root, name it in EnvironmentFile=, then
    `systemctl daemon-reload` and restart; and choose new secrets.
    Source: systemd.exec(5), Environment=
    """
    secrets = unit_file.secrets
    run = unit_file.runs_container and not unit_file.made_from
    assert not secrets, Finding(
        "; ".join(secrets[:3]),
        wanted="--env-file=" if run else "EnvironmentFile=",
        where=unit_file.place,
        fix="move them into a file of root's, mode 0600, give `run` --env-file= instead, and choose new ones"
        if run
        else "",
    )


@check("secrets.files-private", severity=Severity.HIGH, section=CONFIGURATION)
def test_files_with_secrets_are_private(files: Files) -> None:
    """Every file that holds a secret is closed to others, copies beside it too.

    Why: one readable backup of the environment file gives the passwords to every local user.
    Fix: `chmod 0600` it (or 0640 with the service's group), `chown root`, and remove copies that editors left.
    Source: systemd.exec(5), EnvironmentFile=
    """
    only_if(bool(files.secret), "no file that was looked at holds a secret")
    loose = [file for file in files.secret if file.open_to_others]
    foreign = [file for file in files.secret if not file.owner_is_trusted]
    assert not loose, Finding(
        f"mode {loose[0].mode} of {loose[0].owner}:{loose[0].group} lets others at {', '.join(loose[0].names[:3])}",
        wanted="0600 or 0640",
        where=", ".join(file.path for file in loose[:3]),
    )
    assert not foreign, Finding(
        f"owned by {foreign[0].owner}", wanted="root or the service's user", where=foreign[0].path
    )


@check("secrets.not-in-git", severity=Severity.HIGH, section=CONFIGURATION)
def test_no_secret_in_git(git: Git) -> None:
    """The checkout that Flower runs in carries neither `.env` nor the database along.

    Why: what is committed once is in every clone, and a later removal does not take it back.
    Fix: add `.env` and `flower.db*` to .gitignore, `git rm --cached` them, and change what stood in them.
    Source: https://git-scm.com/docs/gitignore
    """
    assert git.looked_for, Finding("nothing could be looked for", wanted="the files of the checkout", where=git.top)
    assert not git.tracked, Finding(f"tracked: {', '.join(git.tracked[:5])}", wanted="ignored", where=git.top)
    assert not git.in_history, Finding(
        f"in some commit: {', '.join(git.in_history[:5])}", wanted="in no commit", where=git.top
    )
    assert not git.not_ignored, Finding(
        f"not ignored: {', '.join(git.not_ignored[:5])}", wanted="ignored", where=git.top
    )


@check("secrets.example-is-clean", severity=Severity.MEDIUM, section=CONFIGURATION)
def test_example_file_holds_no_real_secret(files: Files) -> None:
    """The template of the environment file holds no value that is in use.

    Why: it is meant to be committed and passed on.
    Fix: put placeholders into it, and change the secrets that stood there.
    Source: https://12factor.net/config
    """
    only_if(bool(files.examples), "there is no .env.example beside Flower")
    leaks = files.example_leaks
    assert not leaks, Finding(f"real values: {', '.join(leaks[:3])}", wanted="placeholders", where=files.examples[0])


@check("secrets.not-in-logs", severity=Severity.MEDIUM, section=CONFIGURATION, covers=("Check logs",))
def test_no_secret_in_the_log(logged_secrets: LoggedSecrets) -> None:
    """None of the secrets that Flower runs with stands in its recent log.

    Why: logs are read by more people, kept longer and sent further than the environment of a process.
    Fix: turn off what wrote it (`--debug` prints every setting), delete those logs, and change the secret.
    Source: https://flower.readthedocs.io/en/latest/config.html#debug
    """
    only_if(logged_secrets.secrets > 0, "this Flower was started without a secret to look for")
    where = logged_secrets.where
    assert not where, Finding("a secret that is in use stands in the log", wanted="none", where=", ".join(where[:3]))
