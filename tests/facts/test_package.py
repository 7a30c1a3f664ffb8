"""What is installed, told of real environments in the states that upgrades leave behind."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flower_audit.checks import test_install as checks

from flower_audit.facts.package import Package, package

MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"
Look = Callable[[Path], Package]


@pytest.fixture
def look(ask_here: Any) -> Look:
    return lambda folder: ask_here(package, venv=str(folder))  # type: ignore[no-any-return]


@pytest.fixture
def environment(flower_environment: Any, tmp_path: Path) -> Path:
    """A copy of a real environment with Flower 2.2.0, to break."""
    real = flower_environment("2.2.0").parent.parent
    folder = tmp_path / "venv"
    names = ("flower-*", "celery-*", "tornado-*", "prometheus_client-*", "redis-*", "kombu-*", "amqp-*")
    site = Path("lib", f"python{MINOR}", "site-packages")
    (folder / site).mkdir(parents=True)
    for found in (one for name in names for one in (real / site).glob(f"{name}.dist-info")):
        shutil.copytree(found, folder / site / found.name)
    shutil.copytree(real / "bin", folder / "bin", symlinks=True)
    shutil.copy(real / "pyvenv.cfg", folder)
    return folder


def older_python() -> str:
    """A real interpreter that Flower 2.2 does not support."""
    managed = sorted(map(str, Path.home().glob(".pyenv/versions/3.[89].*/bin/python3")))
    named = [one for name in ("python3.9", "python3.8") if (one := shutil.which(name)) and "shims" not in one]
    found = [*named, *managed]
    return found[0] if found else pytest.skip("no Python 3.9 or 3.8 is installed")


def test_whole(environment: Path, look: Look) -> None:
    found = look(environment)
    checks.test_flower_is_installed(found)
    checks.test_python_fits_flower(found)
    checks.test_celery_fits_flower(found)
    assert (found.left_behind, found.interpreter_gone, found.unmet) == ("", "", ())


def test_the_system_was_upgraded_below_it(environment: Path, look: Look) -> None:
    """What `python3 -m venv` made for 3.9 on Debian 11 is not looked at by the 3.11 of Debian 12."""
    (environment / "lib" / f"python{MINOR}").rename(environment / "lib" / "python3.9")
    (environment / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.9.2\n")
    found = look(environment)
    assert found.python == MINOR
    with pytest.raises(AssertionError, match=rf"lib/python3\.9/.* interpreter is now Python {MINOR}"):
        checks.test_flower_is_installed(found)


def test_the_interpreter_was_removed(environment: Path, look: Look) -> None:
    for name in ("python", "python3", f"python{MINOR}"):
        (environment / "bin" / name).unlink(missing_ok=True)
        (environment / "bin" / name).symlink_to("/usr/bin/python3.0")
    with pytest.raises(AssertionError, match=r"/usr/bin/python3\.0 is gone"):
        checks.test_python_fits_flower(look(environment))


def test_a_real_environment_of_an_older_python(environment: Path, look: Look, tmp_path: Path) -> None:
    folder = tmp_path / "older"
    subprocess.run([older_python(), "-m", "venv", "--without-pip", folder], check=True, capture_output=True)
    site = next((folder / "lib").glob("python3*/site-packages"))
    shutil.copytree(environment / "lib" / f"python{MINOR}" / "site-packages", site, dirs_exist_ok=True)
    found = look(folder)
    checks.test_flower_is_installed(found)
    with pytest.raises(AssertionError, match=r"Python 3\.[89]\.\d+ \(wanted: >=3\.10 for Flower 2\.2\.0\)"):
        checks.test_python_fits_flower(found)


@pytest.mark.parametrize("name", ["celery", "tornado", "prometheus_client"])
def test_what_flower_needs_was_uninstalled(name: str, environment: Path, look: Look) -> None:
    site = environment / "lib" / f"python{MINOR}" / "site-packages"
    shutil.rmtree(next(site.glob(f"{name}-*.dist-info")))
    with pytest.raises(AssertionError, match="not installed"):
        checks.test_celery_fits_flower(look(environment))


def test_an_environment_that_sees_those_of_the_system(environment: Path, look: Look, tmp_path: Path) -> None:
    base = tmp_path / "base"
    site = Path("lib", f"python{MINOR}", "site-packages")
    (base / "bin").mkdir(parents=True)
    (base / site).mkdir(parents=True)
    for found in (environment / site).glob("celery-*.dist-info"):
        found.rename(base / site / found.name)
    settings = environment / "pyvenv.cfg"
    settings.write_text(f"home = {base}/bin\ninclude-system-site-packages = true\nversion = {MINOR}.2\n")
    checks.test_celery_fits_flower(look(environment))
    settings.write_text(settings.read_text().replace("true", "false"))
    with pytest.raises(AssertionError, match="celery is not installed"):
        checks.test_celery_fits_flower(look(environment))


def test_what_a_user_installed_beside_the_system(environment: Path, ask_here: Any, tmp_path: Path) -> None:
    """`pip install --user`: the system's interpreter, and Flower in the home of the user it runs as."""
    root, home = tmp_path / "root", Path("home/celery")
    site = root / home / ".local" / "lib" / f"python{MINOR}" / "site-packages"
    site.parent.mkdir(parents=True)
    shutil.copytree(environment / "lib" / f"python{MINOR}" / "site-packages", site)
    (root / "usr" / "lib").mkdir(parents=True)
    (root / "etc").mkdir()
    own = f"me:x:{os.getuid()}:{os.getgid()}::/{home}:/bin/sh\n"
    (root / "etc" / "passwd").write_text(f"other:x:4711:4711::/home/other:/bin/sh\n{own}")
    asked = {"venv": "/usr", "root": str(root)}
    checks.test_flower_is_installed(ask_here(package, pid=str(os.getpid()), **asked))
    with pytest.raises(AssertionError, match="flower is not installed there"):
        checks.test_flower_is_installed(ask_here(package, **asked))
