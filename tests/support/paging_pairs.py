"""Forms of lists that go on, each with its twin of a whole list, as `paging_pairs.txt` has them: kinds that no known
name, word or library tells."""

import json
import re
from pathlib import Path

_FILE = Path(__file__).with_suffix(".txt")
_ROWS = re.compile(r"@ROWS\((\d+)-(\d+)\)")


def _data(numbers: re.Match[str]) -> str:
    """The rows of such numbers of the list of `paged_lists.py` as data."""
    first, last = map(int, numbers.groups())
    return json.dumps(
        [
            {"title": f"桐溪县第{n}号通知", "url": f"./202401/t20240101_{n}.html", "date": f"2024-01-{n % 28 + 1:02}"}
            for n in range(first, last + 1)
        ],
        ensure_ascii=False,
    )


def _read() -> tuple[dict[str, list[tuple[str, str]]], list[str]]:
    pairs: dict[str, list[tuple[str, str]]] = {}
    whole, kind, above = list[str](), "", ""
    for line in _FILE.read_text("utf-8").splitlines():
        mark, form = line[:2], _ROWS.sub(_data, line[2:])
        if mark == "==":
            kind = form.strip()
        elif mark == "+ ":
            above = form
        elif mark == "- " and above:
            pairs.setdefault(kind, []).append((above, form))
            above = ""
        elif mark == "- ":
            whole.append(form)
    return pairs, whole


PAIRS, WHOLE = _read()
"""By kind, (goes on, whole); and what stands beside whole lists: boxes of recommendations, counters of visits, videos,
pictures that slide."""
