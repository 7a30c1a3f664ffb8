"""Databases that real Flowers wrote, on disk, read by the command that runs on a host."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.database import Database, DatabaseFile, _may_write, _path, database
from flower_audit.facts.options import Options, Setting
from flower_audit.parsers.process_paths import without_links

SAMPLES = Path(__file__).parent.parent / "parsers" / "databases"
FAMILIES = {"gnu": {"": "gnu-flower.db"}, "ndbm": {".db": "ndbm-flower.db"}, "sqlite3": {"": "sqlite3-flower.db"}}

Look = Callable[..., Database]


def lay(folder: Path, family: str, name: str = "flower.db") -> Path:
    if family == "dumb":
        (folder / f"{name}.dat").write_bytes(gzip.decompress((SAMPLES / "dumb-flower.dat.gz").read_bytes()))
        (folder / f"{name}.dir").write_bytes((SAMPLES / "dumb-flower.dir").read_bytes())
        (folder / f"{name}.bak").write_bytes((SAMPLES / "dumb-flower.dir").read_bytes())
    else:
        for suffix, sample in FAMILIES[family].items():
            (folder / f"{name}{suffix}").write_bytes(gzip.decompress((SAMPLES / f"{sample}.gz").read_bytes()))
    return folder / name


@pytest.fixture
def look(ask_here: Callable[..., Any]) -> Look:
    return lambda path: ask_here(database, db=str(path), pid=str(os.getpid()))


@pytest.mark.parametrize("family", ["gnu", "ndbm", "sqlite3", "dumb"])
def test_every_family_is_read_where_flower_puts_it(look: Look, tmp_path: Path, family: str) -> None:
    found = look(lay(tmp_path, family))
    assert (found.family, found.holds_a_save, found.problem) == (family, True, "")
    assert len(found.files) == (3 if family == "dumb" else 1)
    assert found.accepts_saves
    assert found.saved_age_s is not None
    assert found.saved_age_s < 60
    assert found.folder is not None
    assert found.folder.path == str(tmp_path)
    assert found.mount_point
    assert found.file_system


def test_the_youngest_of_two_families_counts(look: Look, tmp_path: Path) -> None:
    path = lay(tmp_path, "gnu")
    os.utime(path, (1, 1))
    lay(tmp_path, "dumb")
    assert look(path).family == "dumb"


def test_nothing_there(look: Look, tmp_path: Path) -> None:
    found = look(tmp_path / "flower.db")
    assert (found.exists, found.holds_a_save, found.folder is not None) == (False, False, True)
    assert look(tmp_path / "missing" / "flower.db").folder is None


def test_a_torn_file_and_what_flower_set_aside(look: Look, tmp_path: Path) -> None:
    path = lay(tmp_path, "gnu")
    path.write_bytes(path.read_bytes()[:9000])
    (tmp_path / "flower.db.corrupt").write_bytes(b"x")
    found = look(path)
    assert (found.problem, found.corrupt) == ("the file ends too early", ("flower.db.corrupt",))
    assert found.whole_aside == ""


def test_what_flower_set_aside_may_be_whole(look: Look, tmp_path: Path) -> None:
    path = lay(tmp_path, "gnu")
    path.rename(tmp_path / "flower.db.corrupt")
    found = look(path)
    assert (found.exists, found.corrupt, found.whole_aside) == (False, ("flower.db.corrupt",), "gnu")


def test_who_may_read_it_depends_on_the_folders_too(look: Look, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    path = lay(outer, "gnu")
    path.chmod(0o644)
    outer.chmod(0o700)
    assert look(path).exposed == ()


def test_a_pipe_in_its_place_holds_nobody_up(look: Look, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "flower.db")
    found = look(tmp_path / "flower.db")
    assert not found.holds_a_save


def test_an_unmerged_write_ahead_log_leaves_it_open(look: Look, tmp_path: Path) -> None:
    path = tmp_path / "flower.db"
    path.write_bytes(gzip.decompress((SAMPLES / "sqlite3-placeholder.db.gz").read_bytes()))
    (tmp_path / "flower.db-wal").write_bytes(b"x" * 100)
    with pytest.raises(Unobservable, match="write-ahead log"):
        look(path)


def test_volatile_places() -> None:
    def at(path: str, kind: str = "ext4", point: str = "/", *, layer: bool = False) -> str:
        return Database(path=path, keys={}, file_system=kind, mount_point=point, container_layer=layer).volatile

    assert at("/var/lib/flower/flower.db") == ""
    assert "cleaned up" in at("/tmp/flower.db")
    assert "tmpfs" in at("/dev/x/flower.db", "tmpfs", "/dev/x")
    assert "container" in at("/opt/flower.db", "overlay", layer=True)
    assert at("/opt/flower.db", "overlay") == ""  # an overlay may be the root of a real machine


def test_who_may_write() -> None:
    folder = DatabaseFile(path="/x", mode=0o750, uid=10, gid=20, size=0, mtime=0, device=1, exposed=False)
    assert _may_write(folder, {"uid": [10], "groups": [1]}) is True
    assert _may_write(folder, {"uid": [11], "groups": [20]}) is False
    assert _may_write(folder, {"uid": [0], "groups": [0]}) is True
    assert _may_write(None, {"uid": [0], "groups": [0]}) is None
    assert _may_write(folder, None) is None


def test_without_persistence_there_is_none() -> None:
    def options(persistent: bool) -> Options:
        settings = {"persistent": Setting(value=persistent), "db": Setting(value="flower.db")}
        return Options(release=Version("2.2.0"), settings=settings, workdir="/opt/flower")

    assert _path(options(True)) == {"db": "/opt/flower/flower.db"}
    with pytest.raises(Absent):
        _path(options(False))


def test_links_are_followed_below_the_root_of_the_process(tmp_path: Path) -> None:
    (tmp_path / "var/lib/private/flower").mkdir(parents=True)
    (tmp_path / "var/lib/flower").symlink_to("private/flower")
    (tmp_path / "srv").symlink_to("/var")
    (tmp_path / "loop").symlink_to("loop")
    assert without_links(str(tmp_path), "/srv/lib/flower/flower.db") == "/var/lib/private/flower/flower.db"
    assert without_links(str(tmp_path), "/var/lib/private/flower/flower.db") == "/var/lib/private/flower/flower.db"
    with pytest.raises(OSError, match="symbolic links"):
        without_links(str(tmp_path), "/loop/flower.db")
