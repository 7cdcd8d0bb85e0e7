"""The key `listing` in a source file: what is wrong with it is said with file, key and reason."""

from pathlib import Path

import pytest

from etl.catalog.load import SourceError, load_source

GOOD = """
id: good
name: 好
agency: 某局
region: "539100"
platform: generic
columns: [{url: "http://a.example/l/"}]
hosts: [a.example]
listing: {rows: "ul > li", next: "a.next"}
assertions: {min_records: 1, max_age_days: 10}
verified: never
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"ul > li"', '"ul >> li"', "listing.rows: 'ul >> li' is no CSS selector: Expected selector"),
        ('"ul > li"', '"//li["', "listing.rows: '//li[' is no XPath: Invalid expression"),
        ('"ul > li"', '"//x:li"', "listing.rows: '//x:li' cannot be evaluated: Undefined namespace prefix"),
        ('next: "a.next"', 'body: ["div["]', "listing.body.0: 'div[' is no CSS selector"),
        ('next: "a.next"', "fields: {titel: b}", "listing.fields.titel"),
        ('next: "a.next"', 'fields: {source: "b["}', "listing.fields.source: 'b[' is no CSS selector"),
        ('next: "a.next"', 'only: "("', "listing.only: '(' is not a regular expression"),
        ('next: "a.next"', 'pages: "p.html"', "listing.pages: 'p.html' must contain {page} exactly once"),
        ('"a.next"', '"a.next", pages: "{page}"', "listing: next and pages are two ways"),
        ('rows: "ul > li", ', "", "listing: next needs rows"),
        ("rows:", "row:", "listing.row: Extra inputs"),
        ("verified:", "lookups: {validty: {'1': 有效}}\nverified:", "lookups.validty"),
        ("verified:", "lookups: {validity: {}}\nverified:", "lookups.validity: Dictionary should have at least 1 item"),
        ("verified:", "lookups: {expiry_date: {'x': 长期}}\nverified:", "lookups: expiry_date.x: '长期' is no day"),
        ("verified:", "expects: {index: 0.9}\nverified:", "expects.index"),
        ("verified:", "expects: {index_number: 90}\nverified:", "expects.index_number: Input should be less than"),
        ("platform: generic", "platform: trs_wcm", "listing: trs_wcm needs no selectors; this key is for generic"),
        ("platform: generic", "platform: xxgk_list", "platform: xxgk_list has no code for lists"),
    ],
)
def test_a_wrong_listing_is_named_with_file_key_and_reason(tmp_path: Path, old: str, new: str, words: str) -> None:
    file = tmp_path / "broken.yaml"
    assert old in GOOD
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError) as error:
        load_source(file)
    assert f"{file}: {words}" in str(error.value)


def test_the_example_is_good(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    assert load_source(tmp_path / "good.yaml").listing
