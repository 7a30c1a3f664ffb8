"""Secrets out: what is learnt to be secret, or looks like it, never leaves the audit."""

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

MASK = "[redacted]"

SECRET_NAME = (
    "(?:pass(?:word|wd)?|passphrase|secret|token|api[-_]?key|oauth2[-_]key|basic[-_]auth|credentials?|private[-_]key)"  # noqa: S105 - a pattern of names
)

PATTERNS = (
    # user:password@ of a URL; the scheme keeps e-mail addresses out
    re.compile(r"(?P<keep>[A-Za-z][A-Za-z0-9+.-]*://[^\s:/@'\"]*:)(?!password@host\b)(?P<secret>[^\s@'\"]+)(?=@)"),
    # basic_auth = ["user:password", …] in a flowerconfig.py
    re.compile(r"(?P<keep>(?i:\bbasic_auth)[ \t]*\+?=[ \t]*[\[(])(?P<secret>[^\])]+)(?=[\])])"),
    # NAME=value in an environment, an argv or a shell file
    re.compile(rf"(?P<keep>(?i:\b[\w.-]*{SECRET_NAME})[ \t]*=[ \t]*)(?P<secret>\"[^\"\n]+\"|'[^'\n]+'|[^\s\0\"';)]+)"),
    # name: value in YAML and JSON
    re.compile(
        rf"(?P<keep>(?i:\b[\w.-]*{SECRET_NAME})[\"']?[ \t]*:[ \t]+)(?P<secret>\"[^\"\n]+\"|'[^'\n]+'|[^\s\"',}}]+)"
    ),
    # --basic-auth value, --password value
    re.compile(
        r"(?P<keep>(?i:--?(?:basic[-_]auth|password|oauth2[-_]secret|cookie[-_]secret))[ \t]+)(?P<secret>[^\s-]\S*)"
    ),
    # redis.conf
    re.compile(r"(?P<keep>\b(?:requirepass|masterauth)[ \t]+)(?P<secret>\S+)"),
    # HTTP
    re.compile(
        r"(?P<keep>(?i:\b(?:proxy-)?authorization[\"']?[ \t]*:[ \t]*(?:basic|bearer)[ \t]+))(?P<secret>[^\s\"']+)"
    ),
    re.compile(r"(?P<keep>(?i:\bset-cookie|\bcookie)[ \t]*:[ \t]*[^=\s]+=)(?P<secret>[^;\s]+)"),
    # htpasswd and Caddy's basic_auth hashes
    re.compile(r"(?P<keep>)(?P<secret>\$(?:2[aby]|apr1|5|6|y|argon2id)\$[^\s\"']+)"),
    re.compile(
        r"(?P<keep>)(?P<secret>-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z))", re.DOTALL
    ),
)

HINTS = re.compile(r"://|pass|secret|token|key|auth|credential|cookie|\$|-----BEGIN", re.IGNORECASE)
"""Where none of these stands no pattern finds anything; most texts hold none, and to search for one is quick."""

NOT_SECRET = re.compile(
    r"\$\{?\w*\}?|[Tt]rue|[Ff]alse|[Nn]one|null|yes|no|on|off|\d{1,3}|\*+|\[redacted\]"
    r"|os\.\S*|<\S*>|%\(?\w*\)?s?|(?:user:password[`\[\],]*)+"
)
"""References and constants that stand where a secret could: hiding them would hide the evidence."""

SHORTEST = 4
"""Shorter values are masked where a pattern finds them, but not learnt: masking every `no` would eat the report."""


class Redactor:
    """Masks everything secret it has learnt, in any of the encodings it may appear in."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for secret in secrets:
            self.learn_value(secret)

    def learn(self, text: str) -> None:
        """Learn whatever in `text` stands where a secret stands."""
        for pattern in PATTERNS:
            for match in pattern.finditer(text):
                value = match["secret"].strip("\"'")
                if NOT_SECRET.fullmatch(value):
                    continue
                self.learn_value(value)
                for pair in value.split(","):  # basic_auth: user:password,user:password
                    self.learn_value(pair.partition(":")[2].strip(" \t\n\"'"))

    def learn_value(self, secret: str) -> None:
        """Learn one secret, with its base64, URL and JSON forms."""
        if len(secret) < SHORTEST or secret in self._known:
            return
        plain = unquote(secret)
        forms = {secret, plain, quote(plain, safe=""), quote(plain), plain.replace("\\", "\\\\").replace('"', '\\"')}
        forms |= {base64.b64encode(form.encode()).decode().rstrip("=") for form in (secret, plain)}
        self._known |= {form for form in forms if len(form) >= SHORTEST}
        self._pattern = None

    def __call__(self, text: str) -> str:
        """`text` with every secret masked."""
        if HINTS.search(text):
            for pattern in PATTERNS:
                text = pattern.sub(_mask, text)
        if not self._known:
            return text
        if self._pattern is None:
            longest_first = sorted(self._known, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        return self._pattern.sub(MASK, text)


def _mask(match: re.Match[str]) -> str:
    value = match["secret"].strip("\"'")
    return match[0] if NOT_SECRET.fullmatch(value) else match["keep"] + MASK
