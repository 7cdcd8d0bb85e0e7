"""What happens on one of the demo's sites while it is watched, as on every real one: a rule is amended under its old
address, a notice goes for good, and another goes and comes back."""

from collections.abc import Iterator
from dataclasses import replace

from demo.documents import Block, Paragraph
from demo.server import Site

LIVING = "demo-plain"
"""The site that changes. `etl/local/demo.py` crawls it once more after each change."""
AMENDED = "bamboo-rules"
AMENDMENTS = {"长度不少于八百米": "长度不少于六百米", "公示期不少于七日": "公示期不少于五个工作日"}
ENDED = "bamboo-case"
AWAY = "bus-case"


def days(site: Site) -> Iterator[None]:
    """Changes the site at each step, two in all."""
    rules = site.postings[AMENDED].document
    site.put(replace(rules, body=tuple(_amended(block) for block in rules.body)))
    site.remove(ENDED)
    away = site.postings.pop(AWAY)
    yield
    site.postings[AWAY] = away
    yield


def _amended(block: Block) -> Block:
    if not isinstance(block, Paragraph):
        return block
    for old, new in AMENDMENTS.items():
        block = replace(block, text=block.text.replace(old, new))
    return block
