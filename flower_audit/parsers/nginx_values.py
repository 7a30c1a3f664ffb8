"""What nginx directives are worth where they stand: inheritance, variables, and the paths that reach an upstream.

Source: nginx.org, ngx_http_proxy_module, ngx_http_headers_module, ngx_http_map_module, ngx_http_rewrite_module.
"""

import re

from flower_audit.parsers.nginx_match import Location, regex_of
from flower_audit.parsers.nginx_tree import Directive

VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)\}|(?P<bare>\w+))")
REGEX_SIGNS = re.compile(r"[\\^$.|?*+()\[\]{}]")
TIME = re.compile(r"(\d+)(ms|[yMwdhms]?)")
SECONDS = {
    "ms": 0.001,
    "s": 1.0,
    "": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "w": 604800.0,
    "M": 2592000.0,
    "y": 31536000.0,
}

Levels = tuple[Directive, ...]


def inherited(levels: Levels, *names: str) -> tuple[Directive, ...]:
    """The directives in force: those of the innermost level that has any, none of the levels around it."""
    return next((found for level in reversed(levels) if (found := level.all(*names))), ())


def value(levels: Levels, name: str, default: str = "") -> Directive:
    """The one directive in force, with `default` as its argument where there is none."""
    found = inherited(levels, name)
    return found[-1] if found else Directive(name=name, args=(default,), where="")


def added_headers(levels: Levels) -> tuple[Directive, ...]:
    """The `add_header` directives in force, `add_header_inherit` (1.29.3) considered."""
    if value(levels, "add_header_inherit", "on").args[:1] != ("merge",):
        return inherited(levels, "add_header")
    return tuple(item for level in levels for item in level.all("add_header"))


def seconds(text: str) -> float | None:
    """An nginx time in seconds, None where it is none."""
    if not re.fullmatch(rf"(?:{TIME.pattern})+", text):
        return None
    return sum(int(number) * SECONDS[unit] for number, unit in TIME.findall(text))


class Variables:
    """The variables that the configuration itself defines, for one place in it."""

    def __init__(self, http: Directive, levels: Levels) -> None:
        self._set = {item.args[0].lstrip("$"): item for level in levels for item in level.all("set") if item.args}
        inside_if = (inner for level in levels for block in level.all("if") for inner in block.all("set"))
        self._conditional = {item.args[0].lstrip("$") for item in inside_if if item.args}
        self._maps = {item.args[-1].lstrip("$"): item for item in http.all("map", "geo") if item.args}

    def possible(self, text: str, depth: int = 0) -> tuple[str, ...] | None:
        """Every value that a text can take, None where it depends on what only a request or the server knows."""
        variable = VARIABLE.search(text)
        if variable is None:
            return (text,)
        if depth > 5:
            return None
        values = self._values(variable["braced"] or variable["bare"], depth)
        if values is None:
            return None
        found: list[str] = []
        for item in values:
            rest = self.possible(text[: variable.start()] + item + text[variable.end() :], depth + 1)
            if rest is None:
                return None
            found += rest
        return tuple(dict.fromkeys(found))[:20]

    def _values(self, name: str, depth: int) -> tuple[str, ...] | None:
        if name in self._conditional:
            return None
        if name in self._set:
            return self.possible(self._set[name].args[1], depth + 1) if len(self._set[name].args) > 1 else None
        if name not in self._maps:
            return None
        entries = [item.args[0] for item in self._maps[name].block or () if item.args]
        entries += [] if self._maps[name].last("default") else [""]
        found = [self.possible(entry, depth + 1) for entry in entries]
        return None if None in found else tuple(item for values in found for item in values or ())

    def usual(self, text: str, depth: int = 0) -> str:
        """The text with each variable as an ordinary client gets it: by the default of its `map` or `geo`.

        Variables that only a request gives stay as they are.
        """

        def replace(match: re.Match[str]) -> str:
            name = match["braced"] or match["bare"]
            if depth > 5 or name in self._conditional:
                return match[0]
            if name in self._set and len(self._set[name].args) > 1:
                return self.usual(self._set[name].args[1], depth + 1)
            return self._usual_of_map(name, depth) if name in self._maps else match[0]

        return VARIABLE.sub(replace, text)

    def _usual_of_map(self, name: str, depth: int) -> str:
        block = self._maps[name]
        source = self.usual(block.args[0], depth + 1) if block.name == "map" else ""
        chosen = next((item for item in block.block or () if item.name == source), None) or block.last("default")
        return self.usual(chosen.args[0], depth + 1) if chosen and chosen.args else ""

    def defined_by(self, name: str) -> Directive | None:
        """The `map` or `geo` that defines a variable."""
        return self._maps.get(name.lstrip("$"))


def literal_prefix(location: Location) -> str:
    """The path with which every request of a location begins, without a slash at its end; empty for the root."""
    path = location.path
    if location.modifier in {"~", "~*"}:
        if not path.startswith("^"):
            return ""
        path = path[1:].replace("\\/", "/").replace("\\.", ".").replace("\\-", "-")
        sign = REGEX_SIGNS.search(path)
        if sign:
            path = path[: sign.start()]
            # `/flower/?` and `/flower(/|$)` mean the path itself; `/flowe.` does not.
            path = path if sign.group() in {"(", "$", "?"} else path.rpartition("/")[0]
    return path.rstrip("/")


def sent_path(location: Location, target: str, path: str, variables: Variables) -> str:
    """The path that the upstream receives for `path`; empty where it cannot be decided.

    `target` is the argument of `proxy_pass`.
    """
    rewritten = rewrite(location.directive, path)
    if rewritten is None:
        return ""
    uri = re.sub(r"^\w+://(unix:[^:]+:?|[^/]+)", "", target) if "://" in target else ""
    if rewritten != path:
        return rewritten
    if VARIABLE.search(target):
        return _with_variables(location, uri, path, variables)
    if not uri:
        return path
    if location.modifier in {"~", "~*"}:
        return ""
    return uri + path.removeprefix(location.path)


def _with_variables(location: Location, uri: str, path: str, variables: Variables) -> str:
    """With variables in `proxy_pass`, a URI in it replaces the whole path, and none passes it on."""
    if not uri:
        return path
    text = uri
    if location.modifier in {"~", "~*"} and (match := regex_of(location.path, location.modifier == "~*").search(path)):
        text = _captured(text, match)
    text = re.sub(r"\$(request_uri|uri|is_args|args)\b", lambda m: path if m[1] in {"request_uri", "uri"} else "", text)
    found = variables.possible(text)
    return found[0] if found and len(found) == 1 else ""


def _captured(text: str, match: re.Match[str]) -> str:
    """A replacement with `$1` and named groups filled in, its query cut off."""

    def group(reference: re.Match[str]) -> str:
        name = reference["braced"] or reference["bare"]
        known = int(name) <= (match.re.groups or 0) if name.isdigit() else name in match.re.groupindex
        return (match[int(name) if name.isdigit() else name] or "") if known else reference[0]

    return VARIABLE.sub(group, text).partition("?")[0]


def rewrite(block: Directive, path: str) -> str | None:
    """The path after a block's own rewrites, None where they lead elsewhere."""
    for item in block.all("rewrite", "return", "break"):
        if item.name == "break":
            break
        if item.name == "return":
            return None
        match = regex_of(item.args[0], ignore_case=False).search(path) if len(item.args) > 1 else None
        if match is None:
            continue
        path = _captured(item.args[1], match)
        if item.args[2:] != ("break",) or "://" in path or VARIABLE.search(path):
            return None
        break
    return path
