"""Who is let through by `allow`, `deny` and `satisfy`."""

import pytest

from flower_audit.parsers.nginx import frontends
from flower_audit.parsers.nginx_tree import parse


@pytest.mark.parametrize(
    ("lines", "restricted"),
    [
        ("allow 10.0.0.0/8; deny all;", True),
        ("deny 0.0.0.0/0; deny ::/0;", True),
        ("allow 10.0.0.0/8; allow fd00::/8; allow unix:; deny all;", True),
        ("allow 10.0.0.0/8;", False),  # what no rule is about is let through
        ("allow 0.0.0.0/0; deny all;", False),
        ("allow ::/0; deny all;", False),
        ("allow all; deny all;", False),
        ("deny 0.0.0.0/0;", False),  # IPv6
        ("deny 192.0.2.1; allow all;", False),
        ("", False),
    ],
)
def test_the_first_rule_about_a_stranger_decides(lines: str, restricted: bool) -> None:
    text = f"server {{ location / {{ {lines} proxy_pass http://127.0.0.1:5555; }} }}"
    assert frontends(parse(text))[0].restricted is restricted


@pytest.mark.parametrize(
    ("lines", "asks"),
    [
        ("", True),
        ("satisfy any; allow 10.0.0.0/8; deny all;", True),
        ("satisfy any; allow 0.0.0.0/0; deny all;", False),
        ("satisfy any; allow all;", False),
        ("satisfy all; allow all;", True),
        ("satisfy any;", True),
    ],
)
def test_a_login_that_an_address_replaces(lines: str, asks: bool) -> None:
    login = 'auth_basic "Flower"; auth_basic_user_file /etc/nginx/htpasswd;'
    text = f"server {{ location / {{ {lines} {login} proxy_pass http://127.0.0.1:5555; }} }}"
    assert (frontends(parse(text))[0].authentication is not None) is asks
