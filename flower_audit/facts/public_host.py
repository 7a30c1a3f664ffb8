"""The name under which people open Flower."""

from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.facts.site import Site
from flower_audit.probe import fact


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicHost:
    """The host of the public URL.  Shape: `known` is empty where the URL holds an address, or is not known."""

    known: str
    unknown: str = ""

    @property
    def name(self) -> str:
        """The host's name, empty where people use an address.  Unobservable: the URL is not known."""
        if self.unknown:
            raise Unobservable(self.unknown)
        return self.known


@fact()
def public_host(site: Site | Unobservable | None = None) -> PublicHost:
    """Asked for only where something is compared with it: most checks that could need it do not apply.

    Source: the public URL.
    """
    if isinstance(site, Site):
        return PublicHost(known="" if site.names_an_address else site.origin.host)
    return PublicHost(known="", unknown=str(site) if site else "nothing answers at the public URL")
