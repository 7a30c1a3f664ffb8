"""The certificate files that the proxy names: what is in them, who can read the keys, and what the proxy serves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.proxy import Proxy
from flower_audit.probe import Output, probe

# Of a key, only its permissions and those of the folders above it are read.  The handshake goes to the proxy itself,
# because from outside something else may end TLS first.
COMMAND = r"""
[ -n "$automatic" ] && for f in "${XDG_DATA_HOME:-/nonexistent}" /var/lib/caddy/.local/share /root/.local/share; do
  for cert in "$f"/caddy/certificates/*/"$tls_name/$tls_name.crt"; do
    [ -f "$cert" ] && certificates="$certificates$cert	${cert%.crt}.key
"
  done
done
printf '%s' "$certificates" | while IFS='	' read -r cert key; do
  echo "@@pair $cert	$key"
  if [ ! -e "$cert" ]; then echo '@@no_certificate'
  else sed -n '/-BEGIN CERTIFICATE-/,/-END CERTIFICATE-/p' "$cert" | head -c 65536; fi
  real=$(readlink -f "$key")
  [ -e "$real" ] || { echo '@@no_key'; continue; }
  path=$real
  while [ -n "$path" ]; do stat -c '@@mode %a %U:%G %n' "$path"; path=${path%/*}; done
done 2>/dev/null
echo '@@served'
if [ -z "$tls_place" ]; then :
elif ! command -v openssl > /dev/null; then
  [ -x /usr/bin/python3 ] && timeout 3 /usr/bin/python3 -I -S -c 'import socket, ssl, sys
host, _, port = sys.argv[1].rpartition(":")
context = ssl._create_unverified_context()
with socket.create_connection((host.strip("[]"), int(port)), 2) as plain:
    with context.wrap_socket(plain, server_hostname=sys.argv[2]) as tls:
        print(ssl.DER_cert_to_PEM_cert(tls.getpeercert(True)))' "$tls_place" "$tls_name" 2>/dev/null
else
  timeout 3 openssl s_client -connect "$tls_place" -servername "$tls_name" -verify_quiet 2>/dev/null < /dev/null |
    sed -n '/-BEGIN CERTIFICATE-/,/-END CERTIFICATE-/p' | head -c 16384
fi
echo '@@end'
"""
PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFile:
    """One certificate file and its key.

    Shape: `sha256` (lower-case hexadecimal), `issuer` and `not_after` are those of the first certificate in the file,
    empty and None where there is none (`problem` then says why); `key_readers` says who beside its owner and group can
    read the key, empty for nobody; `key_missing` tells that there is no such file.
    """

    path: str
    key: str
    sha256: str = ""
    not_after: datetime | None = None
    issuer: str = ""
    problem: str = ""
    key_readers: str = ""
    key_missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskCertificate:
    """Every certificate that the proxy's site names.

    Shape: `served_sha256` is the fingerprint that the proxy itself shows on this host, empty where that was not told.
    """

    files: tuple[CertificateFile, ...]
    served_sha256: str

    @property
    def served(self) -> str:
        """The fingerprint that the proxy shows.  Unobservable: no handshake came about."""
        if not self.served_sha256:
            raise Unobservable("no handshake on the host told which certificate is served")
        return self.served_sha256

    @property
    def fingerprints(self) -> frozenset[str]:
        """Those of the certificates on disk.  Unobservable: none could be read."""
        found = frozenset(file.sha256 for file in self.files if file.sha256)
        if not found:
            raise Unobservable("; ".join(f"{file.path}: {file.problem}" for file in self.files))
        return found

    def older_copies(self, renewed: x509.Certificate | None) -> tuple[str, ...]:
        """The files that hold an earlier certificate of the same CA than the one that was renewed elsewhere."""
        return tuple(
            file.path
            for file in self.files
            if renewed is not None
            and file.issuer == renewed.issuer.rfc4514_string()
            and file.not_after is not None
            and file.not_after < renewed.not_valid_after_utc
        )

    @property
    def exposed_keys(self) -> tuple[str, ...]:
        """Keys that other users can read, each with how.  Unobservable: no key was found."""
        if all(file.key_missing for file in self.files):
            raise Unobservable(f"there is no key at {self.files[0].key}")
        return tuple(f"{file.key}: {file.key_readers}" for file in self.files if file.key_readers)


def _variables(proxy: Proxy) -> Mapping[str, str]:
    """The pairs of paths, and where the proxy can be asked on its own host."""
    folder = proxy.config.rpartition("/")[0]
    pairs = []
    for item in proxy.certificates:
        paths = [path if path.startswith("/") else f"{folder}/{path}" for path in (item.certificate, item.key)]
        if not any("$" in path or "\n" in path or ":" in path.partition("/")[0] for path in paths):
            pairs.append("\t".join(paths))
    listen = next((item for item in proxy.listens if item.tls and item.port), None)
    address = {"*": "127.0.0.1", "[::]": "[::1]"}.get(listen.address, listen.address) if listen else ""
    return {
        "certificates": "".join(f"{pair}\n" for pair in pairs),
        "automatic": "1" if proxy.automatic_tls else "",
        "tls_name": proxy.host,
        "tls_place": f"{address}:{listen.port}" if listen else "",
    }


@probe(COMMAND, root=True, limit_s=8, variables=_variables)
def disk_certificate(out: Output, proxy: Proxy) -> DiskCertificate:
    """Source: the files that nginx's `ssl_certificate` or Caddy's `tls` names; `openssl s_client` on the host.

    Absent: the proxy ends no TLS.  Unobservable: the paths depend on variables, or Caddy keeps its files elsewhere.
    """
    text = out.succeeded()
    if "@@end" not in text:
        raise Unobservable("the answer about the certificate files was cut short")
    about, _, served = text.partition("@@served\n")
    parts = about.split("@@pair ")[1:]
    if not parts and not proxy.certificates and not proxy.automatic_tls:
        raise Absent("the proxy itself ends no TLS")
    if not parts:
        named = proxy.certificates[0].certificate if proxy.certificates else "Caddy's own store"
        raise Unobservable(f"the certificate files are not known: {named}")
    leaf = leaf_of(served)
    return DiskCertificate(
        files=tuple(map(_file, parts)), served_sha256=leaf.fingerprint(hashes.SHA256()).hex() if leaf else ""
    )


def _file(part: str) -> CertificateFile:
    names, _, body = part.partition("\n")
    path, _, key = names.partition("\t")
    leaf = leaf_of(body)
    problem = "no such file" if "@@no_certificate" in body else "" if leaf else "holds no certificate that can be read"
    return CertificateFile(
        path=path,
        key=key,
        sha256=leaf.fingerprint(hashes.SHA256()).hex() if leaf else "",
        not_after=leaf.not_valid_after_utc if leaf else None,
        issuer=leaf.issuer.rfc4514_string() if leaf else "",
        problem=problem,
        key_readers=_readers(re.findall(r"^@@mode (\d+) (\S+) (.*)$", body, re.MULTILINE)),
        key_missing="@@no_key" in body,
    )


def leaf_of(text: str) -> x509.Certificate | None:
    """The first certificate in a text of PEM; None where there is none that can be read."""
    match = PEM.search(text)
    if match is None:
        return None
    try:
        return x509.load_pem_x509_certificate(match[0].encode("ascii", "replace"))
    except ValueError:
        return None


def _readers(modes: list[tuple[str, str, str]]) -> str:
    """Who can read a key: others need to read the file and to enter every folder above it."""
    if not modes:
        return ""
    (mode, owner, _), folders = modes[0], modes[1:]
    if int(mode, 8) & 0o004 and all(int(folder, 8) & 0o001 for folder, _, _ in folders):
        return f"every user can read it (mode {mode}, {owner})"
    return ""
