"""Real checkouts, one of which tries to make git run what it configures."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.git import Git, git
from flower_audit.probe import Output, observation_of

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")


def observe(folder: Path) -> Git:
    declared = observation_of(git)
    assert declared is not None
    assert declared.command is not None
    environment = {"PATH": os.environ["PATH"], "workdir": str(folder), "HOME": str(folder)}
    run = subprocess.run(["sh", "-c", declared.command], env=environment, capture_output=True, text=True, check=False)
    return git(Output(rc=run.returncode, stdout=run.stdout, stderr=run.stderr))


def repository(folder: Path, *commands: str) -> Path:
    for command in ("init -q .", *commands):
        words = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *command.split()]
        subprocess.run(words, cwd=folder, check=True, env={"PATH": os.environ["PATH"], "HOME": str(folder)})
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".env").write_text("FLOWER_BASIC_AUTH=a:b\n")
    (tmp_path / ".env.example").write_text("FLOWER_BASIC_AUTH=\n")
    (tmp_path / "flower.db").write_text("")
    return tmp_path


def test_no_checkout(folder: Path) -> None:
    with pytest.raises(Absent):
        observe(folder)


def test_tracked(folder: Path) -> None:
    found = observe(repository(folder, "add -f .env .env.example", "commit -qm x"))
    assert found.tracked == (".env",)
    assert found.in_history == (".env",)
    assert found.not_ignored == ("flower.db",)
    assert ".env.example" not in found.looked_for


def test_removed_later_is_still_in_the_history(folder: Path) -> None:
    (folder / ".gitignore").write_text(".env\nflower.db*\n")
    found = observe(repository(folder, "add -f .env", "commit -qm x", "rm -q --cached .env", "commit -qm y"))
    assert (found.tracked, found.not_ignored, found.in_history) == ((), (), (".env",))


def test_a_clean_checkout_from_below_its_top(folder: Path) -> None:
    (folder / ".gitignore").write_text(".env\n*.db\n")
    repository(folder, "add .gitignore", "commit -qm x")
    below = folder / "deep" / "down"
    below.mkdir(parents=True)
    (below / ".env").write_text("A=b")
    found = observe(below)
    assert found.top == str(folder)
    assert (found.tracked, found.not_ignored, found.in_history) == ((), (), ())
    assert ".env" in found.looked_for


def test_nothing_that_the_checkout_configures_is_run(folder: Path) -> None:
    repository(folder, "add -f .env", "commit -qm x")
    witness = folder / "witness"
    for name in (
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "filter.x.clean",
        "diff.external",
        "alias.ls-files",
    ):
        subprocess.run(["git", "config", name, f"touch {witness}"], cwd=folder, check=True)
    hook = folder / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {witness}\n")
    hook.chmod(0o755)
    (folder / ".gitattributes").write_text("* filter=x\n")
    assert observe(folder).tracked == (".env",)
    assert not witness.exists()


def test_a_broken_checkout_is_not_a_clean_one(folder: Path) -> None:
    (folder / ".git").write_text("nonsense")
    with pytest.raises(Unobservable):
        observe(folder)
