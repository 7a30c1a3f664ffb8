"""The report as JSON, its published schema, and the way back."""

import json
from importlib.resources import files
from typing import Any

from pydantic import ValidationError

from flower_audit.errors import UsageError
from flower_audit.model import Report

SCHEMA_NUMBER = 1
_TELLING_ERRORS = 3


def render(report: Report) -> str:
    """Write the report with all its keys, two spaces of indentation and a last newline."""
    return report.model_dump_json(by_alias=True, indent=2) + "\n"


def read(text: str) -> Report:
    """Read a report back.

    Raises UsageError, with one sentence, for text that is no report of a schema this version knows.
    """
    try:
        document: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from error
    if not isinstance(document, dict) or "schema" not in document:
        raise UsageError('not a report of flower-audit: it has no key "schema"')
    number = document["schema"]
    if type(number) is not int or number != SCHEMA_NUMBER:
        newer = type(number) is int and number > SCHEMA_NUMBER
        advice = "; a newer flower-audit wrote it: upgrade this one" if newer else ""
        raise UsageError(f"the report has schema {number!r}, this flower-audit reads schema {SCHEMA_NUMBER}{advice}")
    try:
        return Report.model_validate_json(text)
    except ValidationError as error:
        raise UsageError(f"a damaged report of schema {number}: {_said(error)}") from error


def schema() -> str:
    """The JSON Schema of a report, as shipped in the package."""
    return files("flower_audit.report").joinpath(f"schema-{SCHEMA_NUMBER}.json").read_text(encoding="utf-8")


def generated_schema() -> str:
    """The JSON Schema made from the models anew; the shipped file must equal it."""
    document = Report.model_json_schema(by_alias=True, mode="serialization")
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **document,
        "title": f"Report of flower-audit, schema {SCHEMA_NUMBER}",
    }
    return json.dumps(document, indent=2) + "\n"


def _said(error: ValidationError) -> str:
    errors = error.errors(include_url=False, include_input=False)
    told = [f"{'.'.join(str(part) for part in e['loc']) or 'the file'}: {e['msg']}" for e in errors[:_TELLING_ERRORS]]
    more = len(errors) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more else "")
