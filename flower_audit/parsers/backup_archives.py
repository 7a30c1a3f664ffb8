"""Whether a copy of a database, in an archive or not, holds a whole one.

Runs on the audited host (3.7 or later, standard library only): see `embedded`.  Nothing is unpacked to a disk.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import subprocess
import tarfile
import time
import zipfile
import zlib
from pathlib import Path
from typing import Any

from flower_audit.parsers.database_files import TEXT_LIMIT, open_plain
from flower_audit.parsers.dbm_keys import Keys, Malformed, read_dumb_keys, read_keys

ENCRYPTED = (b"age-encryption.org", b"Salted__", b"-----BEGIN PGP", b"\x85\x01", b"\x85\x02", b"\x84\x5e", b"\x8c\x0d")
PIPE_LIMIT = 64 << 20
MAX_MEMBERS = 20_000
TIME_LIMIT_S = 12.0


class Undecided(Exception):
    """The copy may be good, but what it holds cannot be seen from here."""


def inspection(copy: dict[str, Any]) -> dict[str, Any]:
    """What a copy holds: `family` and `keys`, or the `problem` it has, or why that stays `undecided`."""
    try:
        keys = keys_of_copy(copy)
    except Undecided as reason:
        return {"undecided": str(reason)}
    except Malformed as error:
        return {"problem": str(error)}
    except (EOFError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        return {"problem": f"the archive is damaged: {str(error)[:100] or type(error).__name__}"}
    except MemoryError:
        return {"undecided": "the copy is too large to be opened in memory"}
    except OSError as error:
        return {"problem": f"it cannot be read: {error.strerror or str(error)[:100]}"}
    return {"family": keys.family, "keys": keys.sizes}


def keys_of_copy(copy: dict[str, Any]) -> Keys:
    """The keys of the database in a copy.  Raises Malformed where it holds none, Undecided where it stays shut."""
    if copy["kind"] != "file":
        place, kind = copy["path"], copy["kind"]
        raise Undecided(f"{place} is a {kind}, whose inside is encrypted")
    parts = {path.rpartition(".")[2]: path for path in copy["parts"]}
    if "dir" in parts or "dat" in parts:
        if not ("dir" in parts and "dat" in parts):
            raise Malformed("a dumb database needs both its .dat and its .dir file, and one is missing")
        with open_plain(parts["dir"]) as file:
            return read_dumb_keys(file.read(TEXT_LIMIT), Path(parts["dat"]).stat().st_size)
    with open_plain(copy["path"]) as file:
        head = file.read(512)
        file.seek(0)
        if not head:
            raise Malformed("the copy is empty")
        if head.startswith(ENCRYPTED):
            raise Undecided("the copy is encrypted; try a restore and state it (people.restore-tested)")
        if head.startswith(b"PK"):
            return keys_in_zip(file)
        if head.startswith(b"7z\xbc\xaf"):
            raise Undecided("7z archives are not opened here")
        return keys_in_stream(decompressed(file, head, copy["path"]))


def decompressed(file: Any, head: bytes, path: str) -> Any:
    """The bytes of a file without the compression around them."""
    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)
    if head.startswith(b"BZh"):
        return bz2.BZ2File(file)
    if head.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMAFile(file)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        tool = next((tool for tool in ("/usr/bin/zstd", "/bin/zstd") if os.access(tool, os.X_OK)), "")
        if not tool:
            raise Undecided("the host has no zstd to open it with")
        return unpacked([tool, "-dcq", "--", path])
    return file


def unpacked(command: list[str]) -> io.BytesIO:
    """What a tool that cannot be wound back prints; a tool that fails is an archive that is damaged."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as tool:  # noqa: S603 - zstd
        read = tool.stdout.read(PIPE_LIMIT + 1) if tool.stdout else b""
        if len(read) > PIPE_LIMIT:
            tool.kill()
            raise Undecided("the archive is larger than is read here")
        if tool.wait() != 0:
            raise EOFError("zstd could not read it to its end")
    return io.BytesIO(read)


def keys_in_stream(stream: Any) -> Keys:
    """The keys of the best database in a tar, or of the one that the stream itself is; all of it is read."""
    deadline = time.monotonic() + TIME_LIMIT_S
    head = stream.read(512)
    if head[257:262] != b"ustar" and not tarlike(head):
        size = len(head) + drained(stream, deadline)
        return read_keys(stream, size)
    stream.seek(0)
    members: dict[str, Any] = {}
    with tarfile.open(fileobj=stream, mode="r:") as tar:
        for number, member in enumerate(tar):
            if time.monotonic() > deadline or number > MAX_MEMBERS:
                raise Undecided("the archive is too large to be looked through")
            if member.isreg():
                note_member(members, member.name, member.size, tar.extractfile(member))
    drained(stream, deadline)
    return best_of(members)


def drained(stream: Any, deadline: float) -> int:
    """Read a stream to its end, where compression keeps its checksum; the bytes that were left."""
    left = 0
    while True:
        block = len(stream.read(1 << 20))
        left += block
        if not block:
            return left
        if time.monotonic() > deadline:
            raise Undecided("the archive is too large to be looked through")


def tarlike(head: bytes) -> bool:
    """Whether a block is the header of a tar older than `ustar`: its checksum says so."""
    digits = head[148:156].strip(b" \0")
    if len(head) < 512 or not re.fullmatch(rb"[0-7]+", digits):
        return False
    return sum(head[:148]) + sum(head[156:512]) + 8 * 32 == int(digits, 8)


def keys_in_zip(file: Any) -> Keys:
    """The keys of the best database in a zip, each member read to its checksum."""
    deadline = time.monotonic() + TIME_LIMIT_S
    members: dict[str, Any] = {}
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist()[:MAX_MEMBERS]:
            if member.flag_bits & 1:
                raise Undecided("the zip is encrypted; try a restore and state it (people.restore-tested)")
            with archive.open(member) as opened:
                drained(opened, deadline)
            with archive.open(member) as opened:
                note_member(members, member.filename, member.file_size, opened)
    return best_of(members)


def note_member(members: dict[str, Any], name: str, size: int, opened: Any) -> None:
    """Keep of a member what tells its keys: nothing of what cannot be a database, and no value of any."""
    if name.endswith(".dir"):
        members[name] = opened.read(TEXT_LIMIT)
    elif name.endswith(".dat"):
        members[name] = size
    else:
        try:
            members[name] = read_keys(opened, size)
        except Malformed as error:
            if "no known" not in str(error) and "empty" not in str(error):
                members[name] = error


def best_of(members: dict[str, Any]) -> Keys:
    """The database with a save, else the first one, else what stood in its way."""
    for name, content in list(members.items()):
        size = members.get(name[:-4] + ".dat")
        if name.endswith(".dir") and isinstance(size, int):
            try:
                members[name] = read_dumb_keys(content, size)
            except Malformed as error:
                members[name] = error
    databases = [content for content in members.values() if isinstance(content, Keys)]
    if databases:
        return min(databases, key=lambda keys: "events" not in keys.sizes)
    for content in members.values():
        if isinstance(content, Malformed):
            raise content
    raise Malformed("no database is in the archive")
