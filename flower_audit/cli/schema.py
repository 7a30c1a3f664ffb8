"""`flower-audit schema`: the JSON Schemas of what is written and of what is read."""

import json

import click

from flower_audit.configuration import FILE_NAME, Configuration
from flower_audit.report import json_format


@click.command()
@click.argument("name", type=click.Choice(["config", "report"]), default="report")
def command(name: str) -> None:
    """Print a JSON Schema.

    It is that of the JSON `report` (the default), or of `config`, the file flower-audit.yml: an editor that knows YAML
    schemas completes and checks it.
    """
    click.echo(json_format.schema() if name == "report" else _configuration(), nl=False)


def _configuration() -> str:
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Configuration.model_json_schema(mode="validation"),
        "title": FILE_NAME,
    }
    return json.dumps(document, indent=2) + "\n"
