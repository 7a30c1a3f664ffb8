"""How a Prometheus on a host is found: where it listens, and what its configuration names."""

from pathlib import Path

import pytest

from flower_audit.parsers import local_prometheus as program


@pytest.mark.parametrize(
    ("flags", "url"),
    [
        ([], "http://127.0.0.1:9090"),
        (["--web.listen-address=:9091"], "http://127.0.0.1:9091"),
        (["--web.listen-address", "0.0.0.0:9092"], "http://127.0.0.1:9092"),
        (["--web.listen-address=[::]:9093"], "http://127.0.0.1:9093"),
        (["--web.listen-address=[::1]:9093"], "http://[::1]:9093"),
        (["--web.listen-address=10.0.0.5:9094"], "http://10.0.0.5:9094"),
        (["-web.listen-address=localhost:9095"], "http://localhost:9095"),
        (["--web.external-url=https://example.com/prometheus/"], "http://127.0.0.1:9090/prometheus"),
        (["--web.external-url=https://example.com/x", "--web.route-prefix=/"], "http://127.0.0.1:9090"),
        (["--web.route-prefix=/metrics-store"], "http://127.0.0.1:9090/metrics-store"),
    ],
)
def test_where_it_answers(flags: list[str], url: str) -> None:
    assert program.base_url(["/usr/bin/prometheus", *flags]) == url


@pytest.mark.parametrize(
    ("configuration", "found"),
    [
        (
            "global:\n  scrape_interval: 15s\nrule_files:\n- /etc/p/*.yml\n- 'a b.yml'\nscrape_configs: []\n",
            ["/etc/p/*.yml", "a b.yml"],
        ),
        ("scrape_configs:\n- job_name: rule_files\n", []),
        ("", []),
    ],
)
def test_rule_files_of_a_printed_configuration(configuration: str, found: list[str]) -> None:
    assert program.patterns(configuration) == found


@pytest.mark.parametrize(
    ("written", "block"),
    [
        (
            "global: {}\nrule_files:\n  # ours\n  - a.yml\n\n  - b.yml\nscrape_configs: []\n",
            "rule_files:\n  # ours\n  - a.yml\n\n  - b.yml",
        ),
        ("rule_files: ['a.yml']\nremote_write: [{password: secret}]\n", "rule_files: ['a.yml']"),
        ("scrape_configs: []\n", ""),
    ],
)
def test_the_block_of_a_written_configuration(written: str, block: str, tmp_path: Path) -> None:
    file = tmp_path / "prometheus.yml"
    file.write_text(written)
    assert program.written_patterns(file) == block
    assert program.written_patterns(tmp_path / "gone.yml") == ""


def test_rule_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("groups: []")
    (tmp_path / "folder.yml").mkdir()
    assert program.rule_files(["*.yml"], str(tmp_path)) == {
        f"{tmp_path}/a.yml": "groups: []",
        f"{tmp_path}/folder.yml": None,
    }


def test_a_server_that_never_answers_costs_little() -> None:
    status, said = program.get("http://127.0.0.1:1/api/v1/rules")
    assert status == 0
    assert "refused" in said
