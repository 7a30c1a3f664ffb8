"""The packet filter of the host: what is in force now, and what will be after a reboot."""

import json
import re
from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.parsers import iptables, nftables_file, packet_filter
from flower_audit.probe import Output, probe

COMMAND = r"""
{ [ -e /.dockerenv ] || [ -e /run/.containerenv ]; } && echo '@@container'
# A kernel that has modules and none for packet filters holds no rules, whatever tool is missing.
[ -s /proc/modules ] && ! grep -qE '^(nf_tables|ip_tables|ip6_tables) ' /proc/modules && echo '@@unfiltered'
if command -v nft > /dev/null; then
  echo '@@nft'; nft -j list ruleset 2>&1 || echo '@@nft_failed'; fi
for save in iptables-save ip6tables-save iptables-legacy-save ip6tables-legacy-save; do
  command -v "$save" > /dev/null || continue
  case $save in *legacy*) [ -s "/proc/net/${save%%tables*}_tables_names" ] || continue ;; esac
  echo "@@$save"; "$save" 2>/dev/null
done
echo '@@interfaces'
for family in 4 6; do
  ip -o "-$family" route show default 2>/dev/null | sed -n "s/.* dev \([^ ]*\).*/$family \1/p"
done
echo '@@addresses'; ip -o addr show 2>/dev/null | awk '{print $2, $3, $4}'
echo '@@units'
if command -v systemctl > /dev/null && [ -d /run/systemd/system ]; then
  for unit in nftables ufw firewalld netfilter-persistent iptables ip6tables shorewall shorewall6 ferm; do
    echo "$unit $(systemctl is-enabled "$unit.service" 2>/dev/null)"
  done
fi
echo '@@files'
sed -n 's/^ENABLED=/ufw.conf ENABLED=/p' /etc/ufw/ufw.conf 2>/dev/null
grep -qsE '^DEFAULT_INPUT_POLICY="?ACCEPT' /etc/default/ufw &&
  echo 'accepts ufw DEFAULT_INPUT_POLICY in /etc/default/ufw'
zone=$(sed -n 's/^DefaultZone=//p' /etc/firewalld/firewalld.conf 2>/dev/null)
for f in /etc/firewalld/zones/"$zone".xml /usr/lib/firewalld/zones/"$zone".xml; do [ -f "$f" ] || continue
  grep -qs '<interface' /etc/firewalld/zones/*.xml || ! grep -q 'target="ACCEPT"' "$f" ||
    echo "accepts firewalld DefaultZone=$zone in /etc/firewalld/firewalld.conf"
  break; done
for f in /etc/iptables/rules.v4 /etc/iptables/rules.v6 /etc/sysconfig/iptables /etc/sysconfig/ip6tables; do
  grep -qsE '^:INPUT (DROP|REJECT)|-A INPUT.*-j (DROP|REJECT)' "$f" && echo "denies $f"; done
for f in /etc/nftables.conf /etc/sysconfig/nftables.conf; do
  sed 's/#.*//' "$f" 2>/dev/null | grep -qE 'hook +input' &&
    sed 's/#.*//' "$f" | grep -qE 'policy +drop|\b(drop|reject)\b' && echo "denies $f"
  sed 's/#.*//' "$f" 2>/dev/null | grep -qE '^ *include' && echo "includes $f"
done
tools='\b(nft|ip6?tables(-restore)?|ufw|firewall-cmd)\b'
{ grep -lsE "^[^#]*$tools" /etc/rc.local /etc/network/if-pre-up.d/* /etc/network/if-up.d/* /etc/network/interfaces
  # firewalld's own names iptables in Conflicts=
  grep -lsE "^Exec[A-Za-z]*=.*$tools" /etc/systemd/system/*.service | while read -r f; do
    case $(systemctl is-enabled "${f##*/}") in disabled | masked) ;; *) echo "$f" ;; esac; done
} 2>/dev/null | head -n 5 | sed 's/^/custom /'
for f in /etc/nftables.conf /etc/sysconfig/nftables.conf; do
  [ -r "$f" ] && echo "@@text $f" && head -c 65536 "$f" | sed 's/^/ /'; done
true
"""
TOOLS = {"nft", "iptables-save", "ip6tables-save"}
UNIT_OF_FILE = {
    "/etc/nftables.conf": "nftables",
    "/etc/sysconfig/nftables.conf": "nftables",
    "/etc/iptables/rules.v4": "netfilter-persistent",
    "/etc/iptables/rules.v6": "netfilter-persistent",
    "/etc/sysconfig/iptables": "iptables",
    "/etc/sysconfig/ip6tables": "ip6tables",
}
SAVE = "(echo flush ruleset; nft list ruleset) > {}"
"""Without the first line, each reload of the file would add its rules once more."""
FAMILY_OF_FILE = {
    "/etc/iptables/rules.v4": ("ip",),
    "/etc/sysconfig/iptables": ("ip",),
    "/etc/iptables/rules.v6": ("ip6",),
    "/etc/sysconfig/ip6tables": ("ip6",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Firewall:
    """What becomes of incoming connections that no rule is about.

    Shape: `tools` are those found; `active` tells whether any rule or policy concerns incoming packets.  `denies`
    are the families (`ip`, `ip6`) in which such connections are refused, `families` those in which the host has an
    address beyond loopback.  `open_ports` are ranges, both ends included, to which anybody's connection is let
    through, by family.  `manager` is `ufw`, `firewalld`, `nftables`, `iptables`, or empty; `boots` says by what
    the rules come back after a reboot, by family; `boots_open` names the setting by which what is loaded then lets
    everybody in, `boots_unknown` why that cannot be told, both else empty.
    """

    tools: tuple[str, ...]
    active: bool
    denies: tuple[str, ...]
    families: tuple[str, ...]
    manager: str
    boots: dict[str, str]
    open_ports: dict[str, tuple[tuple[int, int], ...]]
    boots_open: str = ""
    boots_unknown: str = ""

    def admits_anybody(self, family: str, port: int) -> bool:
        """Whether a connection to a port is let through wherever it comes from."""
        return any(low <= port <= high for low, high in self.open_ports.get(family, ()))

    def shown_open(self, family: str) -> str:
        """The ports that are open to anybody, as people write them."""
        ranges = self.open_ports.get(family, ())
        return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in ranges[:8]) or "nothing for long"

    @property
    def main_family(self) -> str:
        """IPv4 where the host has it, else IPv6."""
        return self.families[0] if self.families else "ip"

    @staticmethod
    def name_of(family: str) -> str:
        """IPv4 or IPv6."""
        return {"ip": "IPv4", "ip6": "IPv6"}[family]

    @property
    def lost_at_boot(self) -> tuple[str, ...]:
        """The families that are refused now, and will not be after a reboot."""
        return tuple(self.name_of(family) for family in self.denies if family not in self.boots)

    @property
    def fix(self) -> str:
        """How to refuse by default, with what this host has.  Port 22 comes first: one may be connected through it."""
        known = next((by.split()[0] for by in self.boots.values() if ".service" in by), "")
        if known and not self.active:
            return f"systemctl restart {known}: the rules are in its files, and not loaded"
        if self.manager == "firewalld":
            services = "--add-service=ssh --add-service=http --add-service=https"
            if not self.active:
                return f"firewall-offline-cmd --zone=public {services}; systemctl enable --now firewalld"
            opened = f"firewall-cmd --permanent --zone=public {services}; firewall-cmd --reload"
            return f"{opened}; firewall-cmd --set-default-zone=public"
        if self.manager == "ufw" and self.active:
            return "`ufw status numbered` shows what lets everybody in: `ufw delete` it; ufw default deny incoming"
        if self.manager in {"ufw", ""}:
            tool = "" if self.manager else "apt install ufw; "
            return (
                f"{tool}ufw allow 22,80,443/tcp; ufw default deny incoming; ufw enable (IPV6=yes in /etc/default/ufw)"
            )
        return (
            "in /etc/nftables.conf: table inet filter { chain input { type filter hook input priority 0; policy drop; "
            "ct state established,related accept; iif lo accept; meta l4proto { icmp, ipv6-icmp } accept; "
            "tcp dport { 22, 80, 443 } accept; } } and then `systemctl enable --now nftables`"
        )

    def fix_for_port(self, port: int) -> str:
        """How to let one other host alone through to a port, with what this host has."""
        if self.manager == "firewalld":
            rule = f"rule family=ipv4 source address=PROXY port port={port} protocol=tcp accept"
            closed = f"firewall-cmd --permanent --remove-port={port}/tcp"
            return f"{closed}; firewall-cmd --permanent --add-rich-rule='{rule}'; firewall-cmd --reload"
        if self.manager == "ufw":
            return f"ufw delete allow {port}/tcp; ufw allow from PROXY to any port {port} proto tcp"
        if self.manager == "iptables":
            return f"iptables -A INPUT -p tcp --dport {port} -s PROXY -j ACCEPT, and no other rule that accepts {port}"
        return f"in /etc/nftables.conf: `ip saddr PROXY tcp dport {port} accept`, and no other rule that accepts {port}"

    @property
    def fix_for_boot(self) -> str:
        """How to bring these rules back at boot."""
        if self.boots_open:
            return {
                "ufw": "ufw default deny incoming",
                "firewalld": "DefaultZone=public in /etc/firewalld/firewalld.conf, then `firewall-cmd --reload`",
            }.get(self.manager, SAVE.format(self.boots_open))
        if self.manager in {"ufw", "firewalld"}:
            return f"systemctl enable {self.manager}"
        if self.manager == "iptables":
            return "apt install iptables-persistent, and `netfilter-persistent save`"
        return f"{SAVE.format('/etc/nftables.conf')} && systemctl enable nftables"


@probe(COMMAND, root=True, limit_s=10, cap=4_194_304)
def firewall(out: Output) -> Firewall:
    """Source: `nft -j list ruleset`, iptables-save, systemctl, the files that are loaded at boot.

    Absent: inside a container, whose host filters.  Unobservable: the kernel's rules may not be read, or no tool
    that lists them is there while the kernel can hold some.
    """
    text = out.succeeded()
    parts = dict(part.partition("\n")[::2] for part in re.split(r"^@@", text, flags=re.MULTILINE)[1:])
    if "files" not in parts:
        raise Unobservable("the answer about the firewall was cut short")
    ruleset = _ruleset(parts)
    if "container" in parts and not ruleset.filters:
        raise Absent("inside a container: the firewall is that of the machine around it")
    if not ruleset.filters and not set(parts) & TOOLS and "unfiltered" not in parts:
        raise Unobservable("the host has neither nft nor iptables-save to list the kernel's rules with")
    tools = tuple(name for name in ("nft", "iptables-save", "ip6tables-save") if name in parts)
    families, interfaces = _network(parts)
    strangers = {family: interfaces[family] or ("eth0",) for family in ("ip", "ip6")}
    denies = tuple(family for family, names in strangers.items() if ruleset.refuses_by_default(family, names))
    units = dict(line.partition(" ")[::2] for line in parts.get("units", "").splitlines())
    manager = _manager(ruleset, parts, units)
    boots, boots_open = _boots(parts, units)
    return Firewall(
        tools=tools,
        active=ruleset.filters,
        denies=denies,
        families=families,
        manager=manager,
        boots=boots,
        boots_open=boots_open,
        open_ports={family: ruleset.open_ports(family, strangers[family]) for family in families},
        boots_unknown="" if units else "there is no systemd to ask what is started at boot",
    )


def _ruleset(parts: dict[str, str]) -> packet_filter.Ruleset:
    ruleset = packet_filter.Ruleset()
    if "nft_failed" in parts:
        reason = (parts.get("nft", "").strip().splitlines() or ["no reason given"])[-1]
        raise Unobservable(f"nft could not list the rules: {reason[:200]}")
    if parts.get("nft", "").strip():
        try:
            ruleset = packet_filter.from_nft(parts["nft"])
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise Unobservable("the answer of nft could not be read") from error
    for name, family in (("iptables-save", "ip"), ("ip6tables-save", "ip6")):
        for save in (name, name.replace("-save", "-legacy-save")):
            by_iptables = (family, "filter", "INPUT") in ruleset.chains
            # For a table called `filter` that nft made, iptables prints chains that do not exist.
            if "\n:INPUT " not in parts.get(save, "") or ("nft" in parts and save == name and not by_iptables):
                continue
            # Of what iptables put into nftables, nft shows the conditions of modules as `xt` only.
            for key in [key for key in ruleset.chains if save == name and key[:2] == (family, "filter")]:
                del ruleset.chains[key]
            iptables.add(parts[save], family, ruleset)
    return ruleset


def _network(parts: dict[str, str]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """The families in use, and the interfaces through which strangers come: those of the default routes, else all."""
    addresses = [line.split() for line in parts.get("addresses", "").splitlines() if len(line.split()) == 3]
    beyond = [(name, "ip" if kind == "inet" else "ip6") for name, kind, _ in addresses if name != "lo"]
    routes = {line.split()[1] for line in parts.get("interfaces", "").splitlines() if " " in line}
    interfaces = {
        family: tuple(sorted({name for name, own in beyond if own == family and (not routes or name in routes)}))
        for family in ("ip", "ip6")
    }
    return tuple(family for family in ("ip", "ip6") if any(own == family for _, own in beyond)), interfaces


def _manager(ruleset: packet_filter.Ruleset, parts: dict[str, str], units: dict[str, str]) -> str:
    names = {(chain.table, chain.name) for chain in ruleset.chains.values()}
    if any(table == "firewalld" or name == "INPUT_ZONES" for table, name in names):
        return "firewalld"
    if any(name.startswith("ufw-") for _, name in names) or "ufw.conf ENABLED=yes" in parts["files"]:
        return "ufw"
    if any(table == "iptables" for table, _ in names):
        return "iptables"
    if ruleset.filters or units.get("nftables") == "enabled":
        return "nftables"
    installed = [name for name in ("firewalld", "ufw") if units.get(name)]
    return (
        installed[0] if installed else "nftables" if "nft" in parts else "iptables" if "iptables-save" in parts else ""
    )


def _boots(parts: dict[str, str], units: dict[str, str]) -> tuple[dict[str, str], str]:
    """By what rules that refuse come back at boot, for each family; and what opens the host then."""
    found: dict[str, str] = {}
    enabled = {name for name, state in units.items() if state in {"enabled", "static", "alias"}}
    files = parts["files"].splitlines()
    accepting = dict(line.removeprefix("accepts ").split(" ", 1) for line in files if line.startswith("accepts "))
    boots_open = next((setting for name, setting in accepting.items() if name in enabled), "")
    for line in files:
        kind, _, path = line.partition(" ")
        if kind in {"denies", "includes"} and UNIT_OF_FILE[path] in enabled:
            text = parts.get(f"text {path}")
            told = nftables_file.families_refused(text) if text is not None and kind == "denies" else ("ip", "ip6")
            boots_open = boots_open if told else path
            for family in FAMILY_OF_FILE.get(path, told):
                found[family] = f"{UNIT_OF_FILE[path]}.service ({path})"
        if kind == "custom":
            found.update({family: found.get(family, path) for family in ("ip", "ip6")})
    if "ufw.conf ENABLED=yes" in files and "ufw" in enabled - accepting.keys():
        # With IPV6=no it refuses all of IPv6 but loopback.
        found |= {"ip": "ufw.service", "ip6": "ufw.service"}
    for name in {"firewalld", "shorewall", "ferm"} & enabled - accepting.keys():
        found |= {"ip": f"{name}.service", "ip6": f"{name}.service"}
    return found, boots_open
