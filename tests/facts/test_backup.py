"""Backup jobs as people write them, and real archives of real databases."""

import gzip
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flower_audit.facts.backup import Backup, backup
from flower_audit.parsers.backup_copies import copies_in
from flower_audit.parsers.backup_jobs import (
    copies,
    crontab_jobs_for,
    places_in,
    run_parts_for,
    timers_for,
    with_scripts,
)

SAMPLES = Path(__file__).parent.parent / "parsers" / "databases"
DATABASE = "/var/lib/flower/flower.db"
GNU = gzip.decompress((SAMPLES / "gnu-flower.db.gz").read_bytes())
EMPTY = gzip.decompress((SAMPLES / "gnu-placeholder.db.gz").read_bytes())
DUMB = {
    ".dir": (SAMPLES / "dumb-flower.dir").read_bytes(),
    ".dat": gzip.decompress((SAMPLES / "dumb-flower.dat.gz").read_bytes()),
}

Look = Callable[..., Backup]


@pytest.fixture
def look(ask_here: Callable[..., Any], tmp_path: Path) -> Look:
    """The backups of a database beside which a folder `backup` lies."""
    (tmp_path / "backup").mkdir()
    (tmp_path / "flower.db").write_bytes(GNU)
    os.utime(tmp_path / "flower.db", (time.time() + 5, time.time() + 5))
    return lambda: ask_here(backup, db=str(tmp_path / "flower.db"))


def tar(path: Path, mode: str, members: dict[str, bytes], folder: Path) -> None:
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            (folder / "member").write_bytes(content)
            archive.add(folder / "member", name)


@pytest.mark.parametrize(
    ("name", "mode"),
    [("flower.tar.gz", "w:gz"), ("flower.tar", "w"), ("flower.tar.xz", "w:xz"), ("flower.tbz", "w:bz2")],
)
def test_a_database_in_a_tar(look: Look, tmp_path: Path, name: str, mode: str) -> None:
    tar(tmp_path / "backup" / name, mode, {"README": b"no database", "var/lib/flower/flower.db": GNU}, tmp_path)
    found = look()
    assert (found.family, set(found.keys), found.problem, found.count) == ("gnu", {"events", "counter"}, "", 1)
    assert found.copies[0].same_file_system


@pytest.mark.skipif(shutil.which("zstd") is None, reason="needs zstd")
def test_a_tar_under_zstd(look: Look, tmp_path: Path) -> None:
    tar(tmp_path / "flower.tar", "w", {"flower.db": GNU}, tmp_path)
    path = tmp_path / "backup" / "flower.tar.zst"
    subprocess.run(["zstd", "-q", str(tmp_path / "flower.tar"), "-o", str(path)], check=True)
    assert set(look().keys) == {"events", "counter"}
    path.write_bytes(path.read_bytes()[:600])
    assert "damaged" in look().problem


@pytest.mark.parametrize("whole", [True, False])
def test_a_zip_of_a_dumb_database_needs_both_files(look: Look, tmp_path: Path, whole: bool) -> None:
    with zipfile.ZipFile(tmp_path / "backup" / "flower.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("flower.db.dir", DUMB[".dir"])
        if whole:
            archive.writestr("flower.db.dat", DUMB[".dat"])
    found = look()
    assert (found.family == "dumb", bool(found.problem)) == (whole, not whole)


def test_plain_and_compressed_copies(look: Look, tmp_path: Path) -> None:
    (tmp_path / "backup" / "flower.db.2026-11-20").write_bytes(GNU)
    assert look().family == "gnu"
    (tmp_path / "backup" / "flower.db.2026-11-21.gz").write_bytes(gzip.compress(GNU))
    found = look()
    assert (found.count, found.family, found.copies[0].path[-3:]) == (2, "gnu", ".gz")


def test_a_dumb_copy_counts_once(look: Look, tmp_path: Path) -> None:
    day = tmp_path / "backup" / "2026-11-21"
    day.mkdir()
    for suffix, content in {**DUMB, ".bak": DUMB[".dir"]}.items():
        (day / f"flower.db{suffix}").write_bytes(content)
    found = look()
    assert (found.count, found.family) == (1, "dumb")
    (day / "flower.db.dat").unlink()
    assert "one is missing" in look().problem


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (gzip.compress(GNU)[:300], "damaged"),
        (gzip.compress(b"no database at all"), "no known dbm family"),
        (GNU[:9000], "too early"),
    ],
)
def test_what_cannot_be_restored(look: Look, tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "backup" / "flower.db.gz").write_bytes(content)
    assert problem in look().problem


def test_a_large_database_in_an_archive_takes_little_memory(look: Look, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "big") as connection:
        connection.execute("CREATE TABLE Dict (key BLOB UNIQUE NOT NULL, value BLOB NOT NULL)")
        connection.execute("INSERT INTO Dict VALUES (?, zeroblob(300000000))", (b"events",))
    connection.close()
    subprocess.run(["tar", "-czf", tmp_path / "backup" / "flower.tar.gz", "-C", tmp_path, "big"], check=True)
    (tmp_path / "big").unlink()
    found = look()
    assert (found.family, found.keys, found.undecided, found.problem) == ("sqlite3", ("events",), "", "")


def test_a_zip_whose_checksum_is_wrong(look: Look, tmp_path: Path) -> None:
    path = tmp_path / "backup" / "flower.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("flower.db", GNU)
    path.write_bytes(path.read_bytes().replace(b"celery@shop", b"celery@SHOP"))
    assert "damaged" in look().problem


def test_a_placeholder_in_an_archive_holds_nothing(look: Look, tmp_path: Path) -> None:
    tar(tmp_path / "backup" / "flower.tar.gz", "w:gz", {"flower.db": EMPTY}, tmp_path)
    found = look()
    assert (found.family, found.keys, found.problem) == ("gnu", (), "")


@pytest.mark.parametrize("head", [b"age-encryption.org/v1\n", b"Salted__12345678", b"-----BEGIN PGP MESSAGE-----\n"])
def test_an_encrypted_copy_stays_shut(look: Look, tmp_path: Path, head: bytes) -> None:
    (tmp_path / "backup" / "flower.tar.gz.age").write_bytes(head + b"x" * 100)
    assert "encrypted" in look().undecided


def test_the_newest_first_and_checksums_are_no_copies(look: Look, tmp_path: Path) -> None:
    for days in (3, 1, 2):
        path = tmp_path / "backup" / f"flower-{days}.db"
        path.write_bytes(GNU)
        os.utime(path, (time.time() - days * 86_400,) * 2)
    for name in ("flower-1.db.sha256", "flower.log", "flower-new.db.part"):
        (tmp_path / "backup" / name).write_bytes(b"x")
    (tmp_path / "backup" / "latest.db").symlink_to(path)
    found = look()
    assert [copy.path.rpartition("/")[2] for copy in found.copies] == ["flower-1.db", "flower-2.db", "flower-3.db"]
    assert 86_000 < found.copies[0].age_s < 87_000


def test_a_copy_that_keeps_its_time_is_as_fresh_as_the_database(look: Look, tmp_path: Path) -> None:
    os.utime(tmp_path / "flower.db", (1_700_000_000, 1_700_000_000))
    shutil.copy2(tmp_path / "flower.db", tmp_path / "backup" / "flower.db.copy")
    assert look().copies[0].age_s == 0


def test_two_names_of_a_file_are_one_copy(look: Look, tmp_path: Path) -> None:
    (tmp_path / "backup" / "flower-1.db").write_bytes(GNU)
    (tmp_path / "backup" / "flower-latest.db").hardlink_to(tmp_path / "backup" / "flower-1.db")
    assert look().count == 1
    shutil.copy(tmp_path / "backup" / "flower-1.db", tmp_path / "backup" / "flower-2.db")
    assert look().count == 2


def test_an_old_copy_that_anybody_may_read(ask_here: Callable[..., Any]) -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "backup").mkdir(mode=0o755)
        (folder / "flower.db").write_bytes(GNU)
        for days in range(1, 16):
            path = folder / "backup" / f"flower-{days:02}.db"
            path.write_bytes(GNU)
            path.chmod(0o644 if days == 14 else 0o600)
            os.utime(path, (time.time() - days * 86_400,) * 2)
        found: Backup = ask_here(backup, db=str(folder / "flower.db"))
    assert found.count == 15
    assert [copy.path.rpartition("/")[2] for copy in found.exposed] == ["flower-14.db"]


def test_other_peoples_archives_are_no_copies(tmp_path: Path) -> None:
    for name in ("dpkg.status.1.gz", "postgres.tar.gz", "alternatives.tar.0"):
        (tmp_path / name).write_bytes(b"x")
    assert copies_in(str(tmp_path), DATABASE, dedicated=False) == []
    assert len(copies_in(str(tmp_path), DATABASE, dedicated=True)) == 3


SCRIPTS = {
    "tar of the folder": "tar -czf /BACKUP/flower-$(date +%F).tar.gz -C /var/lib flower\n",
    "variables": 'DB=/var/lib/flower/flower.db\nDEST="/BACKUP"\ncp -a "$DB" "$DEST/flower.$(date +%s)"\n',
    "defaults": 'rsync -a "${SRC:-/var/lib/flower/}" "${DEST:-/BACKUP/}"\n',
    "python": 'import shutil\nshutil.copy2("/var/lib/flower/flower.db", "/BACKUP/flower.db")\n',
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_in_a_crontab_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "out").mkdir()
    script = tmp_path / "run.sh"
    script.write_text("#!/bin/sh\n# cp nothing\n" + SCRIPTS[name].replace("/BACKUP", f"{tmp_path}/out"))
    table = tmp_path / "table"
    table.write_text(f"MAILTO=root\n# 1 2 3 4 5 /var/lib/flower\n17 3 * * * root /bin/sh {script} >/dev/null 2>&1\n")
    (job,) = crontab_jobs_for(DATABASE, [table])
    assert (job["name"], job["where"]) == (f"{table}:3", str(script))
    assert str(tmp_path / "out") in job["places"]
    assert job["remote"] == ""


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("cp /var/lib/flower/flower.db /backup/", True),
        ("cp /var/lib/flower-staging/flower.db /backup/", False),
        ("cp /opt/other/flower.db /opt/copies/", False),
        ('cp "$SRC/flower.db" /backup/', True),
        ("tar czf /backup/f.tgz /var/lib/flower", True),
        ("cd /var/lib/flower && zip -r /backup/x.zip .", True),
        ("restic backup /var/lib/flower", True),
        ("cp /var/lib/flower2/other.db /backup/", False),
        ("find /var/lib/flower -mtime +7 -print", False),
        ("tar czf /backup/etc.tgz /etc", False),
        ("systemctl restart flower", False),
    ],
)
def test_what_copies_the_database(command: str, expected: bool) -> None:
    assert copies(with_scripts(command)[0], DATABASE) is expected


def test_a_database_behind_a_link_has_two_names(tmp_path: Path) -> None:
    (tmp_path / "private" / "flower-state").mkdir(parents=True)
    (tmp_path / "flower-state").symlink_to("private/flower-state")
    database = str(tmp_path / "flower-state" / "flower.db")
    command = f"tar czf /srv/backup/flower.tgz -C {tmp_path}/private flower-state"
    assert copies(command, database)
    assert not copies(command.replace("flower-state", "other-state"), database)


@pytest.mark.parametrize(
    ("command", "remote"),
    [
        ("rsync -a /var/lib/flower/ backup@nas.internal:/srv/flower/", "another host"),
        ("scp /var/lib/flower/flower.db nas:/srv/", "another host"),
        ("aws s3 cp /var/lib/flower/flower.db s3://bucket/flower.db", "object storage"),
        ("rclone copy /var/lib/flower remote:flower", "rclone"),
        ("restic -r sftp:nas:/srv/restic backup /var/lib/flower", "another host"),
        ("cp /var/lib/flower/flower.db /srv/backup/", ""),
        ("rsync -a /var/lib/flower/ /srv/backup/", ""),
    ],
)
def test_a_place_on_another_machine(command: str, remote: str) -> None:
    assert places_in(command, DATABASE)["remote"] == remote


def test_a_line_of_the_system_names_a_user(tmp_path: Path) -> None:
    folder = tmp_path / "cron.d"
    folder.mkdir()
    table, own = folder / "flower", tmp_path / "root"
    for file in (table, own):
        file.write_text(f"30 2 * * * /bin/cp {DATABASE} /srv/x\n@daily nobody /bin/cp {DATABASE} /srv/x\n")
    refused, accepted = crontab_jobs_for(DATABASE, [table])
    assert "takes /bin/cp for the name of a user" in refused["problem"]
    assert "user" not in accepted["problem"]
    assert not any("user" in job["problem"] for job in crontab_jobs_for(DATABASE, [own]))


def test_a_timer_that_has_run_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "systemctl").write_text("#!/bin/sh\necho ActiveState=active\necho SubState=$STATE\n")
    (tmp_path / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (tmp_path / "dump.timer").write_text("[Timer]\nOnBootSec=15min\n")
    (tmp_path / "dump.service").write_text(f"[Service]\nExecStart=/bin/cp {DATABASE} /srv/x\n")
    monkeypatch.setenv("STATE", "waiting")
    assert timers_for(DATABASE, (str(tmp_path),))[0]["problem"] == ""
    monkeypatch.setenv("STATE", "elapsed")
    assert "has run out" in timers_for(DATABASE, (str(tmp_path),))[0]["problem"]


def test_a_timer_with_a_drop_in(tmp_path: Path) -> None:
    units, out = tmp_path / "units", tmp_path / "out"
    for folder in (units, out, units / "dump.service.d"):
        folder.mkdir()
    (units / "nightly.timer").write_text("[Timer]\nOnCalendar=daily\nUnit=dump.service\n")
    (units / "other.timer").write_text("[Timer]\nOnCalendar=daily\n")
    (units / "other.service").write_text("[Service]\nExecStart=/usr/bin/true\n")
    (units / "dump.service").write_text("[Service]\nExecStart=/bin/true\n")
    (units / "dump.service.d" / "x.conf").write_text(
        f'[Service]\nEnvironment="DEST={out}"\nExecStart=\nExecStart=/bin/cp {DATABASE} ${{DEST}}/flower.db\n'
    )
    (job,) = timers_for(DATABASE, (str(units),))
    assert (job["name"], job["service"]) == ("nightly.timer", "dump.service")
    assert str(out) in job["places"]
    (units / "dump.service.d" / "y.conf").write_text("[Service]\nExecStart=\nExecStart=/usr/bin/true\n")
    assert timers_for(DATABASE, (str(units),)) == []


def test_a_unit_of_the_administrator_replaces_the_vendors(tmp_path: Path) -> None:
    etc, usr = tmp_path / "etc", tmp_path / "usr"
    for folder in (etc, usr):
        folder.mkdir()
    (usr / "dump.timer").write_text("[Timer]\nOnCalendar=daily\n")
    (usr / "dump.service").write_text(f"[Service]\nExecStart=/bin/sh -c \\\n 'cp {DATABASE} /srv/x'\n")
    assert len(timers_for(DATABASE, (str(etc), str(usr)))) == 1
    (etc / "dump.service").write_text("[Service]\nExecStart=/usr/bin/true\n")
    assert timers_for(DATABASE, (str(etc), str(usr))) == []


def test_a_script_that_run_parts_passes_over(tmp_path: Path) -> None:
    good, dotted = tmp_path / "flower", tmp_path / "flower.sh"
    for path in (good, dotted):
        path.write_text(f"#!/bin/sh\ncp {DATABASE} {tmp_path}/\n")
        path.chmod(0o755)
    found = {job["name"]: job["problem"] for job in run_parts_for(DATABASE, [good, dotted])}
    if Path("/etc/debian_version").exists():
        assert "name with a dot" in found[str(dotted)]
    assert "dot" not in found[str(good)]
    good.chmod(0o644)
    (job,) = run_parts_for(DATABASE, [good])
    assert "not executable" in job["problem"]
