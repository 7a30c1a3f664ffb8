"""The tree a host boots from, in layers that are built once and cached by a hash of what they are made of.

    base      Debian packages (mmdebstrap)
    python    /opt/flower/venv with one version of Flower, from wheels that pip fetched on this machine
    golden    users, secrets, configuration: the exemplary host, never booted
    warm      what one boot of it left behind: a saved Flower database, backups, metrics, a journal
    extra     further Debian packages a variant asks for, on top of all that

Each suite of Debian has its own; what one needs further is in a folder of its name.  A layer is the upper directory of
an overlay over the layers below it.  The package mirrors and pip settings are those of this machine, read when a layer
is built; none of them stays in the tree.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import mirror
from .command import run

HERE = Path(__file__).parent
RECIPE = HERE / "golden"
SUITES = {"bookworm": "3.11", "trixie": "3.13"}  # releases of Debian, and the Python each brings
SUITE = "bookworm"  # of a host that does not say
FLOWER = "2.2.0"
FLOWER_PASSWORD = "hV7nQz3KpW9tXe5RmB2d"  # of the account `ops` on every lab host
WARM_FOR = 12 * 3600  # seconds; an older warm layer would show stale backups and metrics
NEEDED = ("mmdebstrap", "systemd-nspawn", "ip", "mkfs.ext4", "ssh-keygen")


def cache() -> Path:
    """Directory of everything built; safe to delete while no host is up."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    directory = root / "flower-audit-lab"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def missing_requirement() -> str | None:
    """One line that says why no host can be booted here, or None."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "the lab boots Debian hosts and needs root on Linux"
    if platform.freedesktop_os_release().get("ID") != "debian":
        return "the lab builds its hosts with this machine's Debian mirrors and needs Debian"
    lacking = [tool for tool in NEEDED if shutil.which(tool) is None]
    if lacking:
        packages = "mmdebstrap systemd-container iproute2 e2fsprogs openssh-client"
        return f"the lab lacks {', '.join(lacking)}: apt-get install {packages}"
    return None


def golden(flower: str = FLOWER, packages: tuple[str, ...] = (), suite: str = SUITE) -> list[Path]:
    """Layers of a ready host, uppermost first; builds what the cache lacks (minutes the first time, then nothing)."""
    base = _base(suite)
    python = _python(base, FLOWER, suite)
    cold = _golden([python, base], suite)
    warm = _warm([cold, python, base])
    layers = [warm, cold, python if flower == FLOWER else _python(base, flower, suite), base]
    return [_extra(layers, packages, suite), *layers] if packages else layers


def wheelhouse(requirements: tuple[str, ...], suite: str = SUITE) -> Path:
    """Directory with wheels of exactly these requirements, for the Python of that suite."""
    with _locked("wheels"):
        path = cache() / "wheels" / digest(suite, *requirements)
        if not path.exists():
            _say(f"fetching {' '.join(requirements)}")
            path.parent.mkdir(exist_ok=True)
            with _wheels(["--no-deps", *requirements], suite) as wheels:
                copy = path.with_name(f".{path.name}")
                shutil.rmtree(copy, ignore_errors=True)
                shutil.copytree(wheels, copy)
                copy.rename(path)
    return path


def digest(*parts: str | bytes | Path) -> str:
    """Short hash of texts and of files or whole directories (names, modes and contents)."""
    sha = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            for file in sorted(part.rglob("*")) if part.is_dir() else [part]:
                if file.is_file():
                    sha.update(
                        f"{file.relative_to(part.parent)} {file.stat().st_mode & 0o111}".encode() + file.read_bytes()
                    )
        else:
            sha.update(part.encode() if isinstance(part, str) else part)
        sha.update(b"\0")
    return sha.hexdigest()[:12]


def key(name: str) -> Path:
    """Private SSH key of a lab user, made on first use."""
    path = cache() / "keys" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"{name}@lab", "-f", path], check=True)
    return path


# --- one function a layer -------------------------------------------------------------------------------------------


def _base(suite: str) -> Path:
    packages = _lines("packages", suite)

    def build(tree: Path) -> None:
        command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(packages)}"]
        command += [
            "--aptopt=APT::Install-Recommends false",
            *(f'--aptopt={name} "{value}"' for name, value in mirror.options().items()),
        ]
        # The settings of this machine served their purpose: the host knows no mirror.
        command += ['--customize-hook=rm -f "$1"/etc/apt/sources.list "$1"/etc/apt/apt.conf.d/99mmdebstrap']
        command += ['--customize-hook=rm -f "$1"/etc/resolv.conf "$1"/etc/hostname', suite, str(tree), "-"]
        run(command, stdin=mirror.sources(suite))

    return _layer("base", digest(suite, *packages), build, overlay=())


def _python(base: Path, flower: str, suite: str) -> Path:
    requirements = [f"flower=={flower}", *_lines("requirements", suite)]
    exporter = _lines("requirements-exporter", suite)

    def build(tree: Path) -> None:
        with _wheels(requirements, suite) as wheels, _wheels(exporter, suite) as exporter_wheels:
            script = _venv("/opt/flower/venv", "/mnt/wheels", requirements)
            script += _venv("/opt/celery-exporter/venv", "/mnt/exporter", exporter)
            inside(tree, script, binds=[f"{wheels}:/mnt/wheels", f"{exporter_wheels}:/mnt/exporter"])
            inside(tree, "rm -rf /tmp/* /mnt/*")

    return _layer(f"python-{flower}", digest(base.name, *requirements, *exporter), build, overlay=(base,))


def _venv(path: str, wheels: str, requirements: list[str]) -> str:
    install = f"{path}/bin/pip install --quiet --no-cache-dir --no-index --find-links {wheels}"
    return f"python3 -m venv {path}\n{install} {' '.join(map(repr, requirements))}\n"


def _golden(below: list[Path], suite: str) -> Path:
    setup = _recipe("setup.sh", suite)
    keys = {name: key(name).with_suffix(".pub").read_text() for name in ("audit", "plain")}

    def build(tree: Path) -> None:
        shutil.copytree(RECIPE / "files", tree, dirs_exist_ok=True, copy_function=shutil.copy)
        for name, public in keys.items():
            (tree / "root" / f"{name}.pub").write_text(public)
        inside(tree, "\n".join(file.read_text() for file in setup))

    parts = [layer.name for layer in below]
    return _layer("golden", digest(RECIPE / "files", *setup, *keys.values(), *parts), build, overlay=below)


def _warm(below: list[Path]) -> Path:
    from .host import Host  # here, because the two need each other: this layer is what a first boot left behind

    name = f"warm-{digest(below[0].name, RECIPE / 'warm.sh')}"
    path = cache() / "layers" / name
    with _locked("warm"):
        if path.exists() and time.time() - path.stat().st_mtime > WARM_FOR:
            shutil.rmtree(path)
        if not path.exists():
            _say(f"building {name}")
            with Host("golden", layers=below) as host:
                host.run((RECIPE / "warm.sh").read_text())
                host.halt()
                host.keep(path)
    return path


def _extra(below: list[Path], packages: tuple[str, ...], suite: str) -> Path:
    def build(tree: Path) -> None:
        store = cache() / "apt" / suite
        for directory in ("lists/partial", "archives/partial"):
            (store / directory).mkdir(parents=True, exist_ok=True)
        (store / "sources.list").write_text(mirror.sources(suite))
        options = {"Dir::Etc::sourcelist": "/mnt/apt/sources.list", "Dir::State::lists": "/mnt/apt/lists"}
        options |= {"Dir::Cache::archives": "/mnt/apt/archives", "APT::Install-Recommends": "false", **mirror.options()}
        apt = " ".join(["apt-get -qq", *(f"-o '{name}={value}'" for name, value in options.items())])
        install = f"{apt} install -y {' '.join(packages)} > /dev/null"
        script = f"export DEBIAN_FRONTEND=noninteractive\n{apt} update\n{install}"
        with _locked("apt"):
            inside(tree, script, binds=[f"{store}:/mnt/apt"], network=True)
        inside(tree, "rm -rf /mnt/* && ln -sf /dev/null /etc/resolv.conf && rm /etc/resolv.conf")

    return _layer(f"extra-{packages[0]}", digest(below[0].name, *packages), build, overlay=below)


# --- how a layer is made ---------------------------------------------------------------------------------------------


def _layer(name: str, key: str, build: Callable[[Path], None], overlay: tuple[Path, ...] | list[Path]) -> Path:
    path = cache() / "layers" / f"{name}-{key}"
    if path.exists():
        return path
    with _locked(path.name):
        if not path.exists():
            _say(f"building {path.name}")
            _build(path, build, list(overlay))
    return path


def _build(path: Path, build: Callable[[Path], None], overlay: list[Path]) -> None:
    path.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".building-", ignore_cleanup_errors=True) as scratch:
        upper, work, merged = (Path(scratch) / part for part in ("upper", "work", "merged"))
        for directory in (upper, work, merged):
            directory.mkdir(mode=0o755)
        if overlay:
            mount_overlay(overlay, upper, work, merged)
        try:
            build(merged if overlay else upper)
        finally:
            if overlay:
                run(["umount", str(merged)])
        upper.rename(path)


def mount_overlay(layers: list[Path], upper: Path, work: Path, merged: Path) -> None:
    """Mount layers (uppermost first) with a writable directory on top."""
    options = f"lowerdir={':'.join(map(str, layers))},upperdir={upper},workdir={work}"
    run(["mount", "-t", "overlay", "overlay", "-o", options, str(merged)])


def inside(tree: Path, script: str, *, binds: list[str] | None = None, network: bool = False) -> None:
    """Run a shell script as root in a tree that is not booted."""
    command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--as-pid2", "--pipe", "-D", str(tree)]
    command += [f"--bind={bind}" for bind in binds or []]
    command += ["--resolv-conf=bind-host"] if network else ["--resolv-conf=off", "--private-network"]
    command += ["--timezone=off", "--link-journal=no", "sh", "-eux"]
    run(command, stdin=script)


@contextmanager
def _wheels(requirements: list[str], suite: str) -> Iterator[Path]:
    """Wheels for the host's Python, fetched with this machine's pip settings."""
    with tempfile.TemporaryDirectory(prefix="lab-wheels-") as directory:
        platforms = ("manylinux2014_x86_64", "manylinux_2_28_x86_64")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:", "--dest", directory]
        command += [f"--python-version={SUITES[suite]}", *(f"--platform={name}" for name in platforms), *requirements]
        run(command)
        yield Path(directory)


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """Two builders of one layer at once would both do the work."""
    locks = cache() / "locks"
    locks.mkdir(exist_ok=True)
    with (locks / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _recipe(name: str, suite: str) -> list[Path]:
    """A file of the recipe, and what a suite adds to it."""
    return [file for file in (RECIPE / name, RECIPE / suite / name) if file.exists()]


def _lines(name: str, suite: str) -> list[str]:
    lines = [line.split("#")[0].strip() for file in _recipe(name, suite) for line in file.read_text().splitlines()]
    return [line for line in lines if line]


def _say(text: str) -> None:
    print(f"lab: {text}", file=sys.stderr, flush=True)
