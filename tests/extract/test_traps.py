"""One test for each trap: values in the golden must be read, values that it forbids must not."""

import pytest

from etl.extract import Rule
from tests.extract.traps import TRAPS, Trap, extracted
from tests.extract.traps.__main__ import DOC, document


@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS)
def test_trap(trap: Trap) -> None:
    extraction = extracted(trap.name)
    values = {name: field.value for name, field in extraction.fields.items()}
    assert {name: values.get(name) for name in trap.fields} == trap.fields
    assert {name: extraction.fields[name].origin for name in trap.origins} == trap.origins
    # A date that only the signature gives is no date of the header.
    assert not [name for name in trap.absent if name in values and extraction.fields[name].rule != Rule.SIGNATURE_DATE]
    for name, expected in trap.evidence.items():
        assert {item.value for item in extraction.evidence if item.name == name} == expected
    assert trap.text is None or extraction.text == trap.text
    assert extraction.kind == trap.kind
    if trap.files is not None:
        assert tuple(file.url.rsplit("/", 1)[-1] for file in extraction.attachments) == trap.files
    assert set(trap.flags) <= set(extraction.flags)
    assert {name: getattr(extraction.index, name) for name in trap.index} == trap.index


def test_there_are_many_traps_and_each_has_something_to_lose() -> None:
    assert len(TRAPS) >= 60
    for trap in TRAPS.values():
        golden = (trap.fields, trap.absent, trap.origins, trap.evidence, trap.text is not None, trap.files is not None)
        assert any((*golden, trap.flags, trap.index, trap.kind != "document")) or trap.name.startswith("document-")


def test_every_trap_is_documented() -> None:
    assert DOC.read_text(encoding="utf-8") == document(), "run: python -m tests.extract.traps"
