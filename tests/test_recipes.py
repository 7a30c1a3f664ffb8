"""What the documents tell people to type is there: options, commands, units, pipelines."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from flower_audit.cli import COMMANDS
from flower_audit.configuration import parse
from flower_audit.report import FORMATS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
RECIPES = sorted((ROOT / "docs" / "recipes").glob("*.md"))


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def every_block(language: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for number, text in enumerate(blocks(page, language)):
            yield f"{page.stem}-{number}", text


@pytest.fixture(scope="module")
def known_options() -> set[str]:
    """All options that pytest has here, flower-audit's among them."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--help", "-p", "no:cacheprovider"], check=True, capture_output=True, text=True
    )
    return set(re.findall(r"--[a-z][a-z-]+", done.stdout))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_option_that_is_named_exists(page: Path, known_options: set[str]) -> None:
    named = set(re.findall(r"--flower-[a-z-]+[a-z]", page.read_text(encoding="utf-8")))
    assert named <= known_options


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_and_format_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"`(?:\S*/)?flower-audit ([a-z]+)", text)) <= set(COMMANDS)
    assert set(re.findall(r"flower-audit render \S+ --format ([a-z]+)", text)) <= set(FORMATS)


@pytest.mark.parametrize(("name", "text"), list(every_block("yaml")))
def test_yaml_is_yaml(name: str, text: str) -> None:
    document = yaml.safe_load(text)
    assert document
    if "targets" in document:
        parse(text, name)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_the_units_are_valid(tmp_path: Path) -> None:
    page = ROOT / "docs" / "recipes" / "systemd-timer.md"
    names = re.findall(r"^`/etc/systemd/system/([\w.-]+)`:$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(names) == 3
    for name, text in zip(names, blocks(page, "ini"), strict=True):
        # The programs are not installed here; everything else is verified as it stands.
        (tmp_path / name).write_text(re.sub(r"(?m)^(ExecStart=)\S+", r"\1/bin/true", text))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(tmp_path.iterdir())],
        check=False,
        capture_output=True,
        text=True,
    )
    own = [line for line in done.stderr.splitlines() if "flower-audit" in line]
    assert (done.returncode, own) == (0, [])


@pytest.mark.parametrize(("name", "text"), list(every_block("sh")))
def test_shell_is_shell(name: str, text: str) -> None:
    done = subprocess.run(["sh", "-n"], input=text, check=False, capture_output=True, text=True)
    assert done.stderr == ""


@pytest.mark.parametrize("page", [page for page in RECIPES if page.name != "README.md"], ids=lambda page: page.stem)
def test_each_recipe_is_listed_and_says_what_was_tried(page: Path) -> None:
    assert re.search(r"^## Tried$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert f"]({page.name})" in (page.parent / "README.md").read_text(encoding="utf-8")
