"""Which known name a wrong one was probably meant to be."""

import difflib
from collections.abc import Iterable


def nearest_name(wrong: str, known: Iterable[str]) -> str:
    """The known name most like `wrong`, letter case and separators aside; empty where none is like it."""
    plain = {name.replace("_", "").replace("-", "").lower(): name for name in known}
    found = difflib.get_close_matches(wrong.replace("_", "").replace("-", "").lower(), plain, n=1, cutoff=0.8)
    return plain[found[0]] if found else ""
