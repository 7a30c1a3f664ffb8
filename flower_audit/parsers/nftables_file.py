"""What a file of nftables would do with new connections, were it loaded: read as text, nothing is loaded.

Source: nft(8).
"""

import re
from collections.abc import Iterator

FAMILIES = {"inet": ("ip", "ip6"), "ip": ("ip",), "ip6": ("ip6",)}
SCRIPTED = re.compile(r"^\s*(add|create|insert)\s+(table|chain|rule)\b", re.MULTILINE)
UNCONDITIONAL = re.compile(
    r"(?:meta nfproto (?P<family>ipv4|ipv6) )?"
    r"(?:counter(?: packets \d+ bytes \d+)? |log(?: (?:prefix|level|group|flags) (?:\"[^\"]*\"|\S+))* )*"
    r"(?P<verdict>accept|drop|reject)\b.*"
)
JUMP = re.compile(r"(?:.* )?(?:jump|goto) (\w+)")
DEPTH = 8


def families_refused(text: str) -> frozenset[str]:
    """The families (`ip`, `ip6`) in which a connection that no rule is about is refused.

    Where the text alone does not tell, as in one that adds its chains one by one, whatever drops anything counts.
    """
    text = re.sub(r"#[^\n]*", "", text.replace("\\\n", " "))
    if SCRIPTED.search(text):
        drops = re.search(r"hook\s+input", text) and re.search(r"policy\s+drop|\b(drop|reject)\b", text)
        return frozenset({"ip", "ip6"} if drops else ())
    refused: set[str] = set()
    for family, table in _blocks(text, r"\btable\s+(?:(inet|ip6|ip)\s+)?[\w.-]+\s*\{"):
        chains = {name: _statements(body) for name, body in _blocks(table, r"\bchain\s+([\w.-]+)\s*\{")}
        for statements in chains.values():
            if any(re.search(r"\bhook input\b", one) for one in statements):
                refused |= {one for one in FAMILIES[family or "ip"] if _refuses(statements, chains, one)}
    return frozenset(refused)


def _blocks(text: str, opening: str) -> Iterator[tuple[str, str]]:
    """What stands between the braces of each block, with the first group of its opening."""
    end = 0
    for match in re.finditer(opening, text):
        if match.start() < end:
            continue
        depth, end = 1, match.end()
        while depth and end < len(text):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        yield match[1] or "", text[match.end() : end - 1]


def _statements(body: str) -> list[str]:
    """The rules of a chain, sets in braces kept whole, spaces made single."""
    whole = re.sub(r"\{[^{}]*\}", lambda match: re.sub(r"[\n;]", " ", match[0]), body)
    return [" ".join(line.split()) for line in re.split(r"[;\n]", whole) if line.strip()]


def _refuses(statements: list[str], chains: dict[str, list[str]], family: str) -> bool:
    policy = next((match[1] for one in statements if (match := re.fullmatch(r"policy (\S+)", one))), "accept")
    verdict = _verdict(statements, chains, family, 0) or policy
    return verdict != "accept"  # a variable may be anything, so it is no proof of an open door


def _verdict(statements: list[str], chains: dict[str, list[str]], family: str, depth: int) -> str:
    """What becomes of a packet that no condition is about; empty where the chain only ends."""
    for statement in statements:
        match = UNCONDITIONAL.fullmatch(statement)
        if match and match["family"] in {None, {"ip": "ipv4", "ip6": "ipv6"}[family]}:
            return match["verdict"]
        jump = JUMP.fullmatch(statement)
        if (
            jump
            and depth < DEPTH
            and _verdict(chains.get(jump[1], []), chains, family, depth + 1) in {"drop", "reject"}
        ):
            return "drop"
    return ""
