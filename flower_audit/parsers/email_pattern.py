"""Judge the email pattern of `--auth`: whom does it let in, in this release?

Sources: flower/utils/authentication.py (1.2 and later: a list, or one `.*`, nothing else of regular expressions);
flower/views/auth.py of 0.9 (`re.match`, not anchored at the end: CVE-2022-30034).
"""

import re
from typing import NamedTuple

from packaging.version import Version

ANCHORED_SINCE = Version("1.2.0")

_PUBLIC_MAIL = (
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com aol.com "
    "gmx.com gmx.net gmx.de web.de mail.com mail.ru yandex.ru yandex.com proton.me protonmail.com pm.me zoho.com "
    "qq.com 163.com 126.com users.noreply.github.com"
)
PUBLIC_MAIL = frozenset(_PUBLIC_MAIL.split())
"""Domains where anybody can have an address."""

ADDRESS = re.compile(r"[A-Za-z0-9!#%&'+/=_`{}~-][A-Za-z0-9!#%&'+/=_`{}~.-]*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class PatternVerdict(NamedTuple):
    """What is wrong with a pattern: sentences, empty where it is right."""

    risk: str
    defect: str


def judge_pattern(pattern: str, release: Version) -> PatternVerdict:
    """Judge a pattern as this release matches it."""
    if release < ANCHORED_SINCE:
        return PatternVerdict(_old_risk(pattern), _old_defect(pattern))
    if "|" in pattern:
        return _judge_list(pattern)
    if "*" not in pattern:
        dead = "" if ADDRESS.fullmatch(pattern) else _dead(pattern)
        return PatternVerdict("", dead)
    domain = pattern.rpartition("@")[2]
    if pattern.count("*") > 1 or "*" in domain:
        return PatternVerdict("", f"Flower {release} refuses to start with it: one .* before the @ is all it takes")
    if ".*" not in pattern or not ADDRESS.fullmatch(pattern.replace(".*", "x")):
        return PatternVerdict("", _dead(pattern))
    if domain.lower() in PUBLIC_MAIL:
        return PatternVerdict(f"anybody can have an address at {domain}", "")
    return PatternVerdict("", "")


def _judge_list(pattern: str) -> PatternVerdict:
    entries = pattern.split("|")
    if "*" in pattern:
        return PatternVerdict("", "Flower refuses to start with it: a list (|) takes no wildcard")
    dead = [entry for entry in entries if not ADDRESS.fullmatch(entry)]
    if not dead:
        return PatternVerdict("", "")
    who = "it admits nobody" if len(dead) == len(entries) else f"{len(dead)} of its {len(entries)} entries admit nobody"
    return PatternVerdict("", f"{who}: entries of a list are compared letter by letter")


def _dead(pattern: str) -> str:
    if "\\" in pattern:
        cause = "a backslash is compared as a letter; write the dot without it"
    elif pattern[:1] == "^" or pattern[-1:] == "$":
        cause = "^ and $ are compared as letters; leave them out"
    elif "@" not in pattern:
        cause = "it holds no @, and whole addresses are compared"
    elif re.search(r"[+?()\[\]]|(?<!\.)\*", pattern):
        cause = "of regular expressions only .* before the @ is understood"
    else:
        cause = "it is not an address"
    return f"it admits nobody: {cause}"


def _old_risk(pattern: str) -> str:
    plain = pattern.strip("^$")
    if re.fullmatch(r"\(?\.[*+]\)?", plain) or re.search(r"@\(?(\.|\[\^?@?\]|\\S|\\w)[*+]\)?\$?$", pattern):
        return "it admits everybody"
    for part in _alternatives(pattern):
        if not re.search(r"(?<!\\)(\$|\\Z)\)*$", part):
            return "without a $ at its end this release matches only the beginning, and a longer domain gets in"
        domain = part.rpartition("@")[2]
        if re.search(r"(?<!\\)\.", domain.replace(".*", "")) and len(re.findall(r"\.", domain)) > 1:
            return "an unescaped dot in its domain matches any character, so a look-alike domain gets in"
        if domain.replace("\\", "").rstrip("$)").lower() in PUBLIC_MAIL and ".*" in part:
            return "anybody can have an address at that domain"
    return ""


def _alternatives(pattern: str) -> list[str]:
    """The alternatives at the top level: `a|(b|c)$` has two."""
    parts, depth, current = [], 0, ""
    for index, character in enumerate(pattern):
        escaped = index > 0 and pattern[index - 1] == "\\"
        if character == "|" and depth == 0 and not escaped:
            parts.append(current)
            current = ""
            continue
        depth += 0 if escaped else (character == "(") - (character == ")")
        current += character
    return [*parts, current]


def _old_defect(pattern: str) -> str:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return "it is no regular expression, so every login fails"
    return ""
