"""Pages of Flower 1.2; what it really serves is tested in tests/facts/test_api.py."""

import pytest

from flower_audit.parsers.old_pages import queues_of, workers_of

TABLE = b"""<table id="queue-table" class="table"><tbody>
<tr id="celery">
<td>celery</td>
<td>12</td>
<td>N/A</td>
</tr>
<tr id="a%26b">
    <td>a&amp;b</td>
    <td>N/A</td>
</tr>
</tbody></table>"""


def test_workers() -> None:
    page = b'{"data": [{"hostname": "a@x", "status": true, "pid": 1}, {"hostname": "b@x", "status": false}]}'
    assert workers_of(page) == {"a@x": True, "b@x": False}
    assert workers_of(b'{"data": []}') == {}


@pytest.mark.parametrize("page", [b"<html>", b"[]", b"{}", b'{"data": 5}', b'{"data": [{}]}', b'"x"', b"[" * 5000])
def test_other_answers_tell_no_workers(page: bytes) -> None:
    assert workers_of(page) is None


def test_queues() -> None:
    assert queues_of(TABLE) == {"celery": 12, "a&b": 0}
    assert queues_of(b'<table id="queue-table"><tbody></tbody></table>') == {}
    assert queues_of(b"<html>Log in</html>") is None
