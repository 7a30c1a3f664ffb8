"""URLs as they come from targets: hostile text that urllib.parse refuses with ValueError."""

from urllib.parse import SplitResult, urljoin, urlsplit

NO_URL = SplitResult("", "", "", "", "")


def split_url(text: str) -> SplitResult:
    """The parts of a URL; all of them empty where the text is none (`http://[x`, a port of letters)."""
    try:
        parts = urlsplit(text.strip())
        _ = parts.port, parts.hostname  # both are worked out, and refused, only when they are asked for
    except ValueError:
        return NO_URL
    return parts


def join_url(base: str, text: str) -> str:
    """The absolute URL of a reference, empty where it is none."""
    try:
        return urljoin(base, text)
    except ValueError:
        return ""
