"""What files of nftables would refuse, in styles found in the wild."""

import pytest

from flower_audit.parsers.nftables_file import families_refused

BOTH = {"ip", "ip6"}
DEBIAN = """#!/usr/sbin/nft -f
flush ruleset

table inet filter {
    set admins { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.0.2.7 } }
    chain input {
        type filter hook input priority filter; policy POLICY;
        ct state established,related accept
        iif "lo" accept  # accept
        tcp dport { 22, 80,
                    443 } accept
        RULE
    }
    chain forward { type filter hook forward priority filter; policy drop; }
    chain output { type filter hook output priority filter; policy accept; }
}
"""


def debian(policy: str, rule: str = "") -> str:
    return DEBIAN.replace("POLICY", policy).replace("RULE", rule)


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        (debian("drop"), BOTH),
        (debian("accept"), set()),  # the policy of `forward` is another chain's
        (debian("accept", 'counter log prefix "in; drop: " level info drop'), BOTH),
        (debian("accept", "counter packets 12 bytes 720 reject with icmpx admin-prohibited"), BOTH),
        (debian("accept", "meta nfproto ipv4 drop"), {"ip"}),
        (debian("accept", "# drop"), set()),
        (debian("accept", "tcp dport 6379 drop"), set()),
        (debian("drop", "accept"), set()),
        (debian("drop", 'counter accept comment "for the installation"'), set()),
        (debian("$policy"), BOTH),
        (debian("drop").replace("table inet", "table ip"), {"ip"}),
        (debian("drop").replace("table inet filter", "table filter"), {"ip"}),
        (debian("drop").replace("table inet", "table bridge"), set()),
        ("flush ruleset\n", set()),
        ("", set()),
        ("table inet filter { chain input { type filter hook input priority 0; policy drop; } }", BOTH),
        (
            "table inet f {\n chain in {\n type filter hook input priority 0\n iifname eth0 jump world\n }\n"
            " chain world {\n tcp dport 22 accept\n drop\n }\n}",
            BOTH,
        ),
        (
            "add table ip filter\nadd chain ip filter in { type filter hook input priority 0; policy drop; }\n",
            BOTH,
        ),
        ("add table ip filter\nadd chain ip filter in { type filter hook input priority 0; }\n", set()),
    ],
)
def test_families_that_a_file_refuses(text: str, refused: set[str]) -> None:
    assert families_refused(text) == refused
