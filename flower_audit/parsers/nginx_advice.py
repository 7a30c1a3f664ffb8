"""The nginx site that a host should have, written for it."""

from packaging.version import InvalidVersion, Version

HTTP2_DIRECTIVE = Version("1.25.1")
"""Since this release `http2 on;` stands by itself, and `listen … http2` is deprecated."""


def site(host: str, upstream: str, prefix: str = "", version: str = "") -> str:
    """A server block that fronts Flower.

    Shape: `upstream` is `host:port` or `unix:/path`; `prefix` is Flower's own `url_prefix` with its leading slash, or
    empty; `version` is nginx's, empty where unknown (then the older form).
    """
    listens = ["listen 443 ssl;", "http2 on;"] if _has_directive(version) else ["listen 443 ssl http2;"]
    target = f"http://{upstream}:" if upstream.startswith("unix:") else f"http://{upstream}"
    lines = [
        "limit_req_zone $binary_remote_addr zone=flower:1m rate=20r/s;",
        "server {",
        *(f"    {line}" for line in listens),
        f"    server_name {host};",
        f"    ssl_certificate /etc/letsencrypt/live/{host}/fullchain.pem;",
        f"    ssl_certificate_key /etc/letsencrypt/live/{host}/privkey.pem;",
        '    add_header Strict-Transport-Security "max-age=31536000" always;',
        f"    location {prefix}/ {{",
        "        limit_req zone=flower burst=200 nodelay;",
        f"        {proxy_pass(target)}",
        *(f"        {line}" for line in FORWARDED),
        "    }",
        "}",
    ]
    return "\n".join(lines)


FORWARDED = (
    "proxy_set_header Host $http_host;",
    "proxy_set_header X-Real-IP $remote_addr;",
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "proxy_set_header X-Forwarded-Proto $scheme;",
)


def proxy_pass(target: str) -> str:
    """Without a path after the port, so that a prefix reaches Flower, which expects it."""
    return f"proxy_pass {target.rstrip('/')};"


def _has_directive(version: str) -> bool:
    try:
        return Version(version) >= HTTP2_DIRECTIVE
    except InvalidVersion:
        return False
