"""The host's firewall, and where Flower listens behind it.  PYTEST_DONT_REWRITE."""

from flower_audit.check import Finding, check, only_if
from flower_audit.errors import Unobservable
from flower_audit.facts.bypass import Bypass
from flower_audit.facts.endpoints import Endpoints
from flower_audit.facts.firewall import Firewall
from flower_audit.facts.port_owner import PortOwner
from flower_audit.model import Severity

SECTION = "Production Deployment"
FIREWALL = ("Firewall rules configured",)


@check("network.firewall-active", severity=Severity.HIGH, section=SECTION, covers=FIREWALL)
def test_firewall_is_active(firewall: Firewall) -> None:
    """A firewall looks at incoming packets.

    Why: without one, everything that ever listens on this host is open to whoever reaches it.
    Fix: `ufw default deny incoming; ufw allow 22,80,443/tcp; ufw enable`, or the same with nftables or firewalld.
    Source: nft(8), ufw(8)
    """
    assert firewall.active, Finding(
        "no rule and no policy concerns incoming packets" if firewall.tools else "no firewall tool is installed",
        wanted="a packet filter on incoming connections",
        where=firewall.manager,
        fix=firewall.fix,
    )


@check("network.default-deny", severity=Severity.HIGH, section=SECTION, covers=FIREWALL)
def test_firewall_denies_by_default(firewall: Firewall) -> None:
    """The firewall refuses incoming connections that no rule allows.

    Why: a list of what is closed forgets what will be installed tomorrow.
    Fix: make `drop` the policy of the input chain, and allow what is wanted: 22, 80, 443.
    Source: nft(8), "policy"; ufw(8), "default"
    """
    only_if(firewall.active, "no firewall is active: see network.firewall-active")
    family = firewall.main_family
    assert family in firewall.denies, Finding(
        f"a new {firewall.name_of(family)} connection that no rule is about is accepted; "
        f"open to anybody: {firewall.shown_open(family)}",
        wanted="refused",
        where=firewall.manager,
        fix=firewall.fix,
    )


@check("network.both-families", severity=Severity.HIGH, section=SECTION, covers=FIREWALL)
def test_firewall_covers_both_families(firewall: Firewall) -> None:
    """IPv6 is refused by default where IPv4 is.

    Why: rules for IPv4 alone leave every port open over IPv6, which most hosts have without anybody asking for it.
    Fix: nftables: `table inet`; ufw: `IPV6=yes` in /etc/default/ufw; iptables: the same rules with ip6tables.
    Source: nft(8), "inet"
    """
    only_if(firewall.main_family in firewall.denies, "not even one family is refused: see network.default-deny")
    only_if(len(firewall.families) > 1, "the host has addresses of one family only")
    open_families = [firewall.name_of(family) for family in firewall.families if family not in firewall.denies]
    assert not open_families, Finding(
        f"over {', '.join(open_families)} every connection that no rule is about is accepted",
        wanted="IPv4 and IPv6 alike",
        where=firewall.manager,
        fix=firewall.fix,
    )


@check("network.survives-reboot", severity=Severity.HIGH, section=SECTION, covers=FIREWALL)
def test_firewall_survives_a_reboot(firewall: Firewall) -> None:
    """The firewall's rules come back after a reboot.

    Why: rules typed in live in the kernel alone.
    Fix: `(echo flush ruleset; nft list ruleset) > /etc/nftables.conf && systemctl enable nftables`; or
    `systemctl enable ufw`, firewalld.
    Source: https://wiki.debian.org/nftables
    """
    only_if(bool(firewall.denies), "no rules refuse connections now: see network.default-deny")
    if firewall.boots_unknown:
        raise Unobservable(firewall.boots_unknown)
    lost = firewall.lost_at_boot
    assert not lost or not firewall.boots_open, Finding(
        f"{firewall.boots_open} lets every new {' and '.join(lost)} connection in after the next boot",
        wanted="what is in force now",
        where=firewall.manager,
        fix=firewall.fix_for_boot,
    )
    assert not lost, Finding(
        f"nothing restores the {' and '.join(lost)} rules at boot",
        wanted="a service that is enabled, with the rules in its file",
        where=firewall.manager,
        fix=firewall.fix_for_boot,
    )


@check("network.flower-loopback", severity=Severity.MEDIUM, section=SECTION, covers=("Check port availability",))
def test_flower_listens_on_loopback(bypass: Bypass, endpoints: Endpoints) -> None:
    """Nobody gets to Flower round its proxy: it listens on loopback, on a private socket or for the proxy's host alone.

    Why: whoever else gets there goes round the proxy: its TLS, its limits, its rules; Flower makes sockets 0777.
    Fix: `FLOWER_ADDRESS=127.0.0.1`; for a socket, a folder that only Flower and the proxy may enter; for a proxy on
    another host, a firewall rule with that host's address as its source.
    Source: https://flower.readthedocs.io/en/latest/config.html#address
    """
    assert not bypass.defect, Finding(bypass.defect, wanted=bypass.wanted, fix=bypass.fix)
    assert not endpoints.open_sockets, Finding(
        "every local user may connect",
        wanted="a folder with mode 0750",
        where=", ".join(endpoints.open_sockets),
        fix="RuntimeDirectory=flower and RuntimeDirectoryMode=0750 in the unit, the proxy's user in its group",
    )


@check("network.port-owner", severity=Severity.CRITICAL, section="Troubleshooting", covers=("Check port availability",))
def test_port_is_flowers_own(port_owner: PortOwner) -> None:
    """Flower's port is held by Flower.

    Why: with another process on it Flower cannot start, and the proxy shows whatever that process says.
    Fix: `ss -ltnp 'sport = :5555'` names it; `kill $(lsof -t -i :5555)` would end the port's clients too.
    Source: https://flower.readthedocs.io/en/latest/config.html#port
    """
    assert not port_owner.strangers, Finding(
        "; ".join(port_owner.strangers), wanted="Flower's own process", where=f"port {port_owner.port}"
    )
    assert port_owner.holders, Finding(
        "Flower runs, and nobody listens", wanted="Flower's own process", where=f"port {port_owner.port}"
    )
