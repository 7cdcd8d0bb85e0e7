"""Extractions of a labelled set of saved pages, as `gongkai extract --manifest` prints them for scoring."""

import json
from collections.abc import Iterator
from pathlib import Path

from etl.errors import GongkaiError
from etl.extract.stages import extract
from etl.fields import DATE_FIELDS


def predictions(labels: Path, pages: Path) -> Iterator[dict[str, object]]:
    """One prediction for each line of `labels` (JSONL with `file` and `url`), from the bytes under `pages`.

    Label sets contain only values that a page states as a field, not dates in signatures; so evidence of origin `body`
    is left out for dates. 文号 is given as the page shows it. Raises `GongkaiError` for a file that cannot be read.
    """
    try:
        lines = labels.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise GongkaiError(f"{labels} cannot be read: {error.strerror}", hint="check --manifest") from None
    except UnicodeDecodeError as error:
        raise GongkaiError(f"{labels} is not UTF-8: {error.reason}", hint="check --manifest") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            label = json.loads(line)
            name, url = str(label["file"]), str(label.get("url") or "")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise GongkaiError(
                f"{labels}:{number}: {error}", hint="each line is a JSON object with at least `file`"
            ) from None
        try:
            body = (pages / name).read_bytes()
        except OSError as error:
            raise GongkaiError(f"{pages / name}: {error.strerror}", hint="check --pages") from None
        yield prediction(name, url, body)


def prediction(name: str, url: str, body: bytes) -> dict[str, object]:
    """The extraction of one page in the form that scoring expects: `file`, `outcome` (its kind), fields, `text`,
    addresses of `attachments`."""
    extraction = extract(body, url)
    fields = {
        field: value.raw if field == "document_number" else value.value
        for field, value in extraction.fields.items()
        if not (field in DATE_FIELDS and value.origin == "body")
    }
    return {
        "file": name,
        "outcome": extraction.kind,
        **fields,
        "attachments": [a.url for a in extraction.attachments if a.role == "file"],
        "text": extraction.text,
    }
