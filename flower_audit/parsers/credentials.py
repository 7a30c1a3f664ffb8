"""Judge the accounts of `basic_auth`: only properties come out, no password.

Source: flower/views/__init__.py `get_current_user`: the decoded credentials must equal one comma-separated entry.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

MIN_BITS = 40.0
"""Shannon bits of a whole password below which it is called weak, whatever its length."""

_COMMON = (
    "123456 1234567 12345678 123456789 1234567890 password password1 password12 password123 passw0rd p@ssw0rd "
    "qwerty qwerty123 qwertyuiop asdfgh asdfghjkl zxcvbnm 1q2w3e4r 1qaz2wsx abc123 111111 000000 123123 654321 "
    "admin admin1 admin12 admin123 admin1234 administrator root toor user user1 user123 test test1 test123 tester demo "
    "demo123 guest flower flower1 flower123 celery celery123 redis rabbitmq changeme changeme123 letmein welcome "
    "welcome1 secret secret123 pass pass123 default example monitor monitoring operator viewer manager master "
    "iloveyou dragon monkey football baseball sunshine princess superman batman trustno1 hunter2 foobar foo bar baz "
    "temp temp123 temporary docker kubernetes postgres mysql supersecret mysecret mypassword mysecretpassword "
    "secure_admin_pass secure_mgr_pass viewer_pass analyst_pass securepassword strongpassword verysecret none null"
)
COMMON = frozenset(_COMMON.split())
"""Passwords of the guide, of examples and defaults, and the most common of all."""

PLACEHOLDER = re.compile(
    r"your[\W_]?.*(pass|pwd|secret|key|token|id).*|.*[\W_]here"
    r"|(please[\W_]?)?(change|replace|set|fill)[\W_]?(me|this|it|in).*"
    r"|.*(placeholder|example|changeme|change_me|insert|redacted).*|<.*>|\{+.*\}+|\[.*\]|\$\{?\w+\}?|%\(?\w+\)?s?"
    r"|[x*#?._-]{3,}|todo.*|tbd|secure[\W_]\w+[\W_]pass(word)?",
    re.IGNORECASE,
)

ROWS = ("abcdefghijklmnopqrstuvwxyz", "0123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm")

HASH = re.compile(r"\$(2[aby]|apr1|1|5|6|y|argon2\w*)\$|\{SHA\}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The accounts of one `basic_auth`.

    Shape: `malformed` says what is wrong with entries, numbered from 1 and without their text; `placeholders` and
    `weak` name users.  Units: `shortest` in characters, placeholders aside, 0 where there is no other password.
    """

    names: tuple[str, ...]
    malformed: tuple[str, ...]
    placeholders: tuple[str, ...]
    weak: tuple[str, ...]
    shortest: int


def judge_accounts(entries: Sequence[str]) -> Accounts:
    """Judge the entries of `basic_auth`, already split at commas as Flower splits them."""
    malformed, names, placeholders, weak, lengths = [], [], [], [], []
    for number, entry in enumerate(entries, start=1):
        malformed += [f"entry {number} {defect}" for defect in _defects(entry)]
        name, colon, password = entry.partition(":")
        if not (colon and name and password):
            continue
        names.append(name)
        if is_placeholder(password, name):
            placeholders.append(name)
            continue
        lengths.append(len(password))
        if is_weak(password):
            weak.append(name)
    return Accounts(
        names=tuple(names),
        malformed=tuple(malformed),
        placeholders=tuple(placeholders),
        weak=tuple(weak),
        shortest=min(lengths, default=0),
    )


def is_placeholder(secret: str, name: str = "") -> bool:
    """Whether a secret is an example, a default, among the most common, or little more than the user's name."""
    plain = secret.strip().strip("\"'").lower()
    if plain in COMMON or PLACEHOLDER.fullmatch(plain):
        return True
    unit = _unit(plain)
    if unit != plain and (unit in COMMON or PLACEHOLDER.fullmatch(unit)):
        return True
    owner = name.strip().lower()
    letters = re.sub(r"[\W_\d]", "", plain)
    return bool(owner) and letters in {owner, owner[::-1], owner * 2} and len(plain) < len(owner) + 8


def is_weak(secret: str) -> bool:
    """Whether a secret has too little variety: repeats, keyboard rows, few different characters."""
    plain = _unit(secret)
    for row in ROWS:
        for line in (row, row[::-1]):
            for length in range(len(line), 3, -1):
                for start in range(len(line) - length + 1):
                    part = line[start : start + length]
                    if part in plain.lower():  # hardly ever, and patterns for all of them take a third of a second
                        plain = re.sub(part, part[0], plain, flags=re.IGNORECASE)
    counts = Counter(plain)
    bits = -sum(count * math.log2(count / len(plain)) for count in counts.values()) if plain else 0.0
    return len(counts) < 6 or bits < min(MIN_BITS, 2.2 * len(secret))


def _defects(entry: str) -> list[str]:
    name, colon, password = entry.partition(":")
    found = []
    if not entry:
        return ["is empty: there is a comma too many, or the value is empty and nobody can log in"]
    if not colon:
        return ["has no colon: a comma inside a password splits it, and the rest logs in without a user name"]
    if not name.strip() or not password.strip():
        found.append("has an empty user name" if not name.strip() else "has an empty password")
    if entry[0] in "\"'" or entry[-1] in "\"'":
        found.append("begins or ends with a quote, which is part of it")
    if entry != entry.strip():
        found.append("begins or ends with a space, which is part of it")
    if re.search(r"\s#", entry):
        found.append("holds a space and a #: a comment behind the value is part of it")
    if not entry.isascii():
        found.append("holds a character outside ASCII, which Flower cannot compare")
    if HASH.match(password):
        found.append("holds a hash: Flower compares plain text, so the hash itself is the password")
    return found


def _unit(text: str) -> str:
    """The part that the text repeats: `abab` is `ab`."""
    for length in range(1, len(text) // 2 + 1):
        if len(text) % length == 0 and text[:length] * (len(text) // length) == text:
            return text[:length]
    return text
