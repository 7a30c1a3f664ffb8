import pytest

from flower_audit.errors import Unobservable
from flower_audit.facts.public_host import public_host
from flower_audit.facts.site import Site
from flower_audit.http_client import Origin


def site(host: str) -> Site:
    origin = Origin(scheme="https", port=443, address="192.0.2.7", host=host)
    return Site(origin=origin, found_by="--flower-url", addresses=("192.0.2.7",))


def test_a_name_an_address_and_nothing() -> None:
    assert public_host(site("flower.example.com")).name == "flower.example.com"
    assert public_host(site("192.0.2.7")).name == ""
    for nothing in (None, Unobservable("no URL is known")):
        with pytest.raises(Unobservable):
            _ = public_host(nothing).name
