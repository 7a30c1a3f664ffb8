"""Names of the keys in a dbm file of any family, read from its bytes: nothing is unpickled, executed or written.

Flower saves its state with `shelve`, so which family a database belongs to depends on the Python that runs it, and
the auditor's own Python may have none of the libraries.  The module runs on the audited host too, under its
/usr/bin/python3 (3.7 or later, standard library only): see `embedded`.
Sources: gdbm's gdbmdefs.h, Berkeley DB's db_page.h, CPython's Lib/dbm/dumb.py, the SQLite file format.
"""

from __future__ import annotations

import re
import struct
from typing import BinaryIO, NamedTuple

MAX_KEYS = 64
MAX_PAGES = 200_000
GNU_MAGIC = (0x13579ACF, 0x13579AD1)
GNU_OLD_MAGIC = (0x13579ACE, 0x13579ACD, 0x13579AD0)
BERKELEY_HASH_MAGIC = 0x00061561
SQLITE_MAGIC = b"SQLite format 3\0"


class Malformed(ValueError):
    """The bytes are no whole database of the family that they begin like."""


class Keys(NamedTuple):
    """What a dbm file holds.  Shape: `sizes` maps the name of each key to the bytes of its value."""

    family: str
    sizes: dict[str, int]


def read_keys(file: BinaryIO, size: int) -> Keys:
    """The keys of a single-file database (gnu, ndbm as Berkeley DB, sqlite3).

    Raises Malformed where it is torn, empty or of no known family.
    """
    if not size:
        raise Malformed("the file is empty")
    head = _at(file, 0, 16) if size >= 16 else b"\0" * 16
    if head.startswith(SQLITE_MAGIC):
        return Keys("sqlite3", _sqlite_keys(file, size))
    for order in "<>":
        magic = struct.unpack(order + "I", head[:4])[0]
        if magic in GNU_MAGIC:
            return Keys("gnu", _gnu_keys(file, size, order))
        if magic in GNU_OLD_MAGIC:
            raise Malformed("a gdbm file of a 32-bit layout, which is not read here")
        if struct.unpack(order + "I", head[12:16])[0] == BERKELEY_HASH_MAGIC:
            return Keys("ndbm", _berkeley_keys(file, size, order))
    raise Malformed("the bytes are of no known dbm family")


def read_dumb_keys(directory: bytes, data_size: int) -> Keys:
    """The keys of a dumb database, from its `.dir` text and the size of its `.dat`.  Raises Malformed."""
    sizes: dict[str, int] = {}
    for line in directory.decode("latin-1").splitlines()[:MAX_KEYS]:
        entry = re.match(r"[\x22\x27](.{1,200})[\x22\x27], \((\d{1,18}), (\d{1,18})\)$", line.rstrip())
        if entry is None:
            raise Malformed("a line of the .dir file is not of the form key, (position, size)")
        name, position, length = entry.group(1), int(entry.group(2)), int(entry.group(3))
        if position + length > data_size:
            raise Malformed(f"the .dat file ends before the value of {name[:40]}")
        sizes[name] = length
    return Keys("dumb", sizes)


def _at(file: BinaryIO, offset: int, length: int) -> bytes:
    if offset < 0:
        raise Malformed("an offset in the file is damaged")
    file.seek(offset)
    read = file.read(length)
    if len(read) < length:
        raise Malformed("the file ends too early")
    return read


def _name(key: bytes) -> str:
    return key[:200].decode("latin-1")


def _gnu_keys(file: BinaryIO, size: int, order: str) -> dict[str, int]:
    block, directory, directory_size, _bits, bucket_size, elements = struct.unpack(
        order + "iqiiii", _at(file, 4, 4) + _at(file, 8, 24)
    )
    if not (0 < directory_size <= 1 << 24 and 112 <= bucket_size <= 1 << 20 and 0 < block <= 1 << 24):
        raise Malformed("the gdbm header is damaged")
    if not 0 < elements <= (bucket_size - 112) // 24 + 1:
        raise Malformed("the gdbm header is damaged")
    addresses = struct.unpack(f"{order}{directory_size // 8}q", _at(file, directory, directory_size // 8 * 8))
    sizes: dict[str, int] = {}
    for address in sorted(set(addresses))[:MAX_PAGES]:
        if not 0 < address < size:
            raise Malformed("the gdbm directory points outside the file")
        bucket = _at(file, address, bucket_size)
        for slot in range(elements):
            entry = bucket[112 + 24 * slot : 136 + 24 * slot]
            if len(entry) < 24 or entry[:4] == b"\xff\xff\xff\xff":
                continue
            place, key_size, data_size = struct.unpack(order + "qii", entry[8:])
            if not (place > 0 and 0 <= key_size < 1 << 20 and data_size >= 0 and place + key_size + data_size <= size):
                raise Malformed("a gdbm record lies outside the file")
            sizes[_name(_at(file, place, key_size))] = data_size
            if len(sizes) >= MAX_KEYS:
                return sizes
    return sizes


def _berkeley_keys(file: BinaryIO, size: int, order: str) -> dict[str, int]:
    page_size = struct.unpack(order + "I", _at(file, 20, 4))[0]
    last_page = struct.unpack(order + "I", _at(file, 32, 4))[0]
    if page_size not in {1 << power for power in range(9, 17)}:
        raise Malformed("the Berkeley DB header is damaged")
    if (last_page + 1) * page_size > size:
        raise Malformed("the Berkeley DB file ends before its last page")
    sizes: dict[str, int] = {}
    for number in range(1, min(last_page, MAX_PAGES) + 1):
        page = _at(file, number * page_size, page_size)
        entries = struct.unpack(order + "H", page[20:22])[0]
        if page[25] not in {2, 13} or not 0 < entries <= (page_size - 26) // 2:
            continue
        starts = struct.unpack(f"{order}{entries}H", page[26 : 26 + 2 * entries])
        ends = (page_size, *starts)
        for item in range(0, entries - 1, 2):
            key, value = page[starts[item] : ends[item]], page[starts[item + 1] : ends[item + 1]]
            if key[:1] != b"\x01" or not value:
                continue
            overflow = value[:1] == b"\x03" and len(value) >= 12
            sizes[_name(key[1:])] = struct.unpack(order + "I", value[8:12])[0] if overflow else len(value) - 1
            if len(sizes) >= MAX_KEYS:
                return sizes
    return sizes


def _sqlite_keys(file: BinaryIO, size: int) -> dict[str, int]:
    header = _at(file, 0, 100)
    page_size = struct.unpack(">H", header[16:18])[0]
    page_size = 65536 if page_size == 1 else page_size
    if page_size not in {1 << power for power in range(9, 17)}:
        raise Malformed("the SQLite header is damaged")
    if struct.unpack(">I", header[28:32])[0] * page_size > size:
        raise Malformed("the SQLite file ends before its last page")
    usable = page_size - header[20]
    root = 0
    for kind, values in _sqlite_rows(file, page_size, usable, 1):
        if len(values) == 5 and kind[:1] and values[0] == b"table" and (values[1] or b"").lower() == b"dict":
            root = int.from_bytes(values[3] or b"", "big")
    if not root:
        raise Malformed("the SQLite file holds no dbm table")
    sizes: dict[str, int] = {}
    for kind, values in _sqlite_rows(file, page_size, usable, root):
        if values and values[0] is not None and len(kind) > 1 and len(sizes) < MAX_KEYS:
            sizes[_name(values[0])] = _sqlite_length(kind[1])
    return sizes


def _sqlite_rows(file: BinaryIO, page_size: int, usable: int, root: int) -> list[tuple[list[int], list[bytes | None]]]:
    """Rows of one table: the serial types, and the values as far as they stand on the leaf (None beyond)."""
    rows: list[tuple[list[int], list[bytes | None]]] = []
    waiting, seen = [root], 0
    while waiting and seen < MAX_PAGES and len(rows) < MAX_KEYS:
        number, seen = waiting.pop(), seen + 1
        if number < 1:
            raise Malformed("a SQLite page number is damaged")
        page = _at(file, (number - 1) * page_size, page_size)
        start = 100 if number == 1 else 0
        cells = struct.unpack(">H", page[start + 3 : start + 5])[0]
        header = {13: 8, 5: 12}.get(page[start])
        if header is None or start + header + 2 * cells > page_size:
            raise Malformed("a SQLite page of the table is damaged")
        pointers = struct.unpack(f">{cells}H", page[start + header : start + header + 2 * cells])
        if page[start] == 5:
            waiting += [struct.unpack(">I", page[start + 8 : start + 12])[0]]
            waiting += [struct.unpack(">I", page[at : at + 4])[0] for at in pointers if at + 4 <= page_size]
            continue
        rows += [_sqlite_row(page, at, usable) for at in pointers[:MAX_KEYS]]
    return rows


def _sqlite_row(page: bytes, at: int, usable: int) -> tuple[list[int], list[bytes | None]]:
    payload, at = _varint(page, at)
    _rowid, at = _varint(page, at)
    local = payload
    if payload > usable - 35:
        least = (usable - 12) * 32 // 255 - 23
        local = least + (payload - least) % (usable - 4)
        local = least if local > usable - 35 else local
    end = at + local
    header, position = _varint(page, at)
    kinds: list[int] = []
    while position < at + header:
        kind, position = _varint(page, position)
        kinds.append(kind)
    position, values = at + header, []
    for kind in kinds:
        length = _sqlite_length(kind)
        values.append(page[position : position + length] if position + length <= end else None)
        position += length
    return kinds, values


def _sqlite_length(kind: int) -> int:
    return (kind - 12) // 2 if kind >= 12 else (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)[kind]


def _varint(page: bytes, at: int) -> tuple[int, int]:
    value = 0
    for step in range(9):
        if at + step >= len(page):
            raise Malformed("a SQLite record ends too early")
        byte = page[at + step]
        if step == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, at + step + 1
    raise Malformed("a SQLite number is damaged")
