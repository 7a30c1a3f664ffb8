"""Databases that real Flowers 2.2.0 wrote: sqlite3 under Python 3.13, gnu and ndbm under Debian's Python, dumb."""

import dbm.dumb
import gzip
import io
import shelve
import sqlite3
from pathlib import Path

import pytest

from flower_audit.parsers.dbm_keys import Keys, Malformed, read_dumb_keys, read_keys

DATABASES = Path(__file__).parent / "databases"


def content(name: str) -> bytes:
    return gzip.decompress((DATABASES / f"{name}.gz").read_bytes())


def keys_of(data: bytes) -> Keys:
    return read_keys(io.BytesIO(data), len(data))


@pytest.mark.parametrize("family", ["gnu", "ndbm", "sqlite3"])
def test_a_save_of_a_real_flower_is_seen(family: str) -> None:
    keys = keys_of(content(f"{family}-flower.db"))
    assert keys.family == family
    assert set(keys.sizes) == {"events", "counter"}
    assert keys.sizes["events"] > 1000


@pytest.mark.parametrize("family", ["gnu", "ndbm", "sqlite3"])
def test_the_placeholder_of_a_real_flower_holds_nothing(family: str) -> None:
    assert keys_of(content(f"{family}-placeholder.db")) == Keys(family, {})


@pytest.mark.parametrize(
    ("family", "kept"), [("gnu", 9000), ("ndbm", 9000), ("sqlite3", 9000), ("gnu", 20), ("sqlite3", 60)]
)
def test_a_torn_file_is_not_whole(family: str, kept: int) -> None:
    with pytest.raises(Malformed):
        keys_of(content(f"{family}-flower.db")[:kept])


def test_a_dumb_database_is_two_files() -> None:
    directory = (DATABASES / "dumb-flower.dir").read_bytes()
    size = len(content("dumb-flower.dat"))
    assert set(read_dumb_keys(directory, size).sizes) == {"events", "counter"}
    with pytest.raises(Malformed, match="ends before the value of"):
        read_dumb_keys(directory, size - 200)
    with pytest.raises(Malformed, match="line"):
        read_dumb_keys(b"'events', (0, ", size)
    assert read_dumb_keys(b"", 0).sizes == {}


@pytest.mark.parametrize("data", [b"", b"\x80\x04}.", b"SQLite format 3\0" + bytes(84), b"\x00" * 4096])
def test_what_is_no_database_is_said_so(data: bytes) -> None:
    with pytest.raises(Malformed):
        keys_of(data)


@pytest.mark.parametrize("family", ["gnu", "ndbm", "sqlite3"])
def test_damaged_bytes_never_crash_the_reader(family: str) -> None:
    good = content(f"{family}-flower.db")
    for at in [*range(0, 160), *range(4096, 4300)]:
        for byte in (0x00, 0x7F, 0xFF):
            damaged = bytearray(good)
            damaged[at] = byte
            try:
                keys = keys_of(bytes(damaged))
            except Malformed:
                continue
            assert len(keys.sizes) <= 64


def test_a_large_value_is_sized_and_not_read(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "db") as connection:
        connection.execute("CREATE TABLE Dict (key BLOB UNIQUE NOT NULL, value BLOB NOT NULL)")
        connection.execute("INSERT INTO Dict VALUES (?, ?)", (b"events", b"x" * 3_000_000))
        connection.executemany("INSERT INTO Dict VALUES (?, ?)", [(b"key%d" % n, b"y" * n) for n in range(30)])
    connection.close()
    data = (tmp_path / "db").read_bytes()
    keys = keys_of(data)
    assert keys.sizes["events"] == 3_000_000
    assert keys.sizes["key29"] == 29


def test_what_this_python_writes_is_read(tmp_path: Path) -> None:
    with shelve.Shelf(dbm.dumb.open(str(tmp_path / "flower"), "n")) as shelf:
        shelf["events"] = {"a": 1}
    assert set(
        read_dumb_keys((tmp_path / "flower.dir").read_bytes(), (tmp_path / "flower.dat").stat().st_size).sizes
    ) == {"events"}
