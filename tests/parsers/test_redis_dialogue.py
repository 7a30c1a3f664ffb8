"""What a broker tells of itself; whole conversations with a real one are in tests/facts/test_broker.py."""

from typing import Any

import pytest

from flower_audit.parsers.redis_dialogue import note_information

REDIS = "# Server\r\nredis_version:8.0.2\r\nredis_mode:standalone\r\nconfig_file:/etc/redis/redis.conf\r\n"
VALKEY = "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\nvalkey_release_stage:ga\r\n"
DRAGONFLY = "# Server\r\nredis_version:7.4.0\r\ndragonfly_version:df-v1.27.1\r\nredis_mode:standalone\r\n"


@pytest.mark.parametrize(
    ("text", "software", "version"),
    [(REDIS, "Redis", "8.0.2"), (VALKEY, "Valkey", "8.1.1"), (DRAGONFLY, "Dragonfly", "df-v1.27.1")],
)
def test_whom_flower_talks_to(text: str, software: str, version: str) -> None:
    found: dict[str, Any] = {}
    note_information(text, found)
    assert (found["software"], found["version"]) == (software, version)


def test_what_it_was_started_with() -> None:
    found: dict[str, Any] = {}
    note_information(f"{REDIS}# Memory\r\nmaxmemory:134217728\r\nmaxmemory_policy:noeviction\r\n", found)
    assert found["config_file"] == "/etc/redis/redis.conf"
    assert (found["maxmemory"], found["eviction"]) == ("134217728", "noeviction")


def test_a_refusal_tells_nothing() -> None:
    found: dict[str, Any] = {}
    note_information("-NOPERM User flower has no permissions to run the 'info' command: redis_version:1", found)
    assert found == {}
