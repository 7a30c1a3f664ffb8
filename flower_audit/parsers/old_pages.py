"""Workers and queues as pages of Flower 1.1 and 1.2 tell them, whose API is off as soon as a login is configured.

Source: flower/views/dashboard.py and flower/templates/broker.html of 1.2.0.
"""

import html
import json
import re

DASHBOARD = "/dashboard?json=1"
BROKER = "/broker"

ROW = re.compile(r'<tr id="[^"]*">\s*<td>([^<]*)</td>\s*<td>([^<]*)</td>')


def workers_of(dashboard: bytes) -> dict[str, bool] | None:
    """Whether each worker is online, by name; None where this is no such page."""
    try:
        rows = json.loads(dashboard)["data"]
        return {str(row["hostname"]): bool(row["status"]) for row in rows}
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def queues_of(broker: bytes) -> dict[str, int] | None:
    """Lengths in messages by the queue's name, empty where Flower could not ask; None where this is no such page."""
    text = broker.decode("utf-8", "replace")
    if 'id="queue-table"' not in text:
        return None
    return {html.unescape(name): int(messages) if messages.isdigit() else 0 for name, messages in ROW.findall(text)}
