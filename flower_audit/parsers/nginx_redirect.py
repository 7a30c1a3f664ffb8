"""Whether nginx sends plain HTTP on to HTTPS."""

import re

from flower_audit.parsers.nginx_match import listens_of, locate, names_of, server_for
from flower_audit.parsers.nginx_tree import Directive

CONDITION = re.compile(r"^(?P<variable>\$\w+)\s*(?P<operator>!?=|!?~\*?)\s*(?P<value>.+)$")


def redirects_to_https(http: Directive, servers: tuple[Directive, ...], server: Directive) -> bool | None:
    """What plain HTTP for the server's names answers: True for a redirect to HTTPS, False for anything else.

    None where nothing listens for plain HTTP, or a condition there depends on more than the request's scheme and host.
    """
    names = [name for name in names_of(server) if not name.startswith(("~", "*", "."))] or [""]
    places = {(listen.address, listen.port) for item in servers for listen in listens_of(item) if listen.port == 80}
    places |= {(listen.address, listen.port) for listen in listens_of(server) if not listen.tls and listen.port}
    answers: set[bool | None] = set()
    for address, port in places:
        answering = server_for(servers, names[0], port, address, tls=False)
        if answering is not None:
            levels = (http, answering)
            location = locate(levels, "/")
            answer = answer_of(answering, names[0])
            if answer == "nothing" and location is not None:
                answer = answer_of(location.directive, names[0])
            answers.add(None if answer == "undecided" else answer == "https")
    if not answers or None in answers:
        return None
    return answers == {True}


def answer_of(block: Directive, host: str, scheme: str = "http") -> str:
    """What the rewrite directives of a block answer by themselves: `https`, `other`, `nothing`, or `undecided`."""
    for item in block.all("return", "rewrite", "if"):
        if item.name == "if":
            holds = _holds(item.args, host, scheme)
            inner = answer_of(item, host, scheme)
            if inner == "nothing" or holds is False:
                continue
            return inner if holds else "undecided"
        if item.name == "return":
            target = item.args[-1] if item.args else ""
            moved = len(item.args) == 1 or item.args[0] in {"301", "302", "303", "307", "308"}
            return "https" if moved and target.startswith("https://") else "other"
        if len(item.args) > 1 and re.fullmatch(r"\^|\^/?\(?\.\*\)?\$?|\(?\.\*\)?", item.args[0]):
            return "https" if item.args[1].startswith("https://") else "undecided"
    return "nothing"


def _holds(args: tuple[str, ...], host: str, scheme: str) -> bool | None:
    match = CONDITION.match(" ".join(args))
    if match is None:
        return None
    secure = scheme == "https"
    known = {
        "$scheme": scheme,
        "$https": "on" if secure else "",
        "$server_port": "443" if secure else "80",
        "$host": host,
        "$http_host": host,
    }
    if match["variable"] not in known:
        return None
    actual, wanted = known[match["variable"]], match["value"].strip("\"'")
    if "~" in match["operator"]:
        try:
            holds = re.search(wanted, actual, re.IGNORECASE) is not None
        except re.error:
            return None
    else:
        holds = actual == wanted
    return holds != match["operator"].startswith("!")
