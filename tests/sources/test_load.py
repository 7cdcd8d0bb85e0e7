"""Source files: what is wrong is said with file, key and reason, and harms no other source."""

import os
from pathlib import Path

import pytest

from etl.catalog.files import files_state
from etl.catalog.load import SourceError, find_source, load_source, load_sources, locate_source, readable_sources
from etl.errors import GongkaiError

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
        ("rows:", "row:", "listing.row: is no key here; did you mean `rows`?"),
        ("verified:", "lookups: {validty: {'1': 有效}}\nverified:", "lookups.validty"),
        ("verified:", "lookups: {validity: {}}\nverified:", "lookups.validity: needs at least 1"),
        ("verified:", "lookups: {expiry_date: {'x': 长期}}\nverified:", "lookups: expiry_date.x: '长期' is no day"),
        ("verified:", "expects: {index: 0.9}\nverified:", "expects.index"),
        ("verified:", "expects: {index_number: 90}\nverified:", "expects.index_number: must be 1 or less"),
        ("platform: generic", "platform: trs_wcm", "listing: trs_wcm needs no selectors; this key is for generic"),
        ("platform: generic", "platform: xxgk_list", "platform: xxgk_list has no code for lists"),
        ("next: ", "published: ", "listing.published: is no key here"),
        (
            'next: "a.next"',
            "fields: {publish_date: b}",
            "listing.fields.publish_date: 'publish_date' is no field of a record; did you mean `published_date`?",
        ),
        ("name: 好", "name:", "name: has no value"),
        ("name: 好", 'name: " "', "name: must not be empty"),
        ('"539100"', '"5391"', "region: is no code of a region: six digits in quotes"),
        ('"539100"', '"５３９１００"', "region: is no code of a region"),
        ('columns: [{url: "http://a.example/l/"}]', "columns: [{url: /l/}]", "columns.0.url: not an http(s) address"),
        ('l/"}]', 'l/"}, {url: "http://a.example/l/"}]', "columns.1.url: http://a.example/l/ is there twice"),
        ("hosts: [", 'hosts: ["https://a.example", ', "hosts.0: 'https://a.example' is no host: its name alone"),
        ("hosts: [", 'hosts: ["a.example:80", ', "hosts.0: 'a.example:80' is no host"),
        ("hosts: [", 'hosts: ["a.example/", ', "hosts.0: 'a.example/' is no host"),
        ("hosts: [", 'hosts: ["*", ', "hosts.0: '*' is no host"),
        ("hosts: [", 'hosts: ["b.example,c.example", ', "hosts.0: 'b.example,c.example' is no host"),
        (
            "verified:",
            "schedule: 0 25 * * *\nverified:",
            "schedule: '25' is no hour of a cron line: numbers from 0 to 23",
        ),
        ("verified:", "schedule: 0 3 31 2,4 *\nverified:", "schedule: names a day that no year has"),
        ("verified:", "schedule: '@dayly'\nverified:", "schedule: is neither a cron line of five fields nor one of"),
        (
            "verified:",
            "twins: {'http://b.example': 'http://c.example'}\nverified:",
            "twins: http://b.example: http://c.example is on none of",
        ),
        (
            "verified:",
            "twins: {'http://a.example': 'http://a.example'}\nverified:",
            "twins: http://a.example: http://a.example is itself a twin",
        ),
        (
            "verified:",
            "silences: [{reason: nothing_list, until: 2026-01-01, why: x}]\nverified:",
            "silences.0.reason: 'nothing_list' is no code of docs/reasons.md, nor `dark`; did you mean",
        ),
        ("verified:", "silences: [{reason: dark, until: soon, why: x}]\nverified:", "silences.0.until: must be a day"),
        ("verified: never", "verified: yes", "verified: must be a day, such as 2026-11-29, or `never`"),
        ("verified: never", "verified: 2126-01-01", "verified: 2126-01-01 has not come yet"),
        ("verified: never", "verified: 2026-13-45", "verified: must be a day, such as 2026-11-29, or `never`"),
        ("verified:", "hosts: [b.example]\nverified:", "line 11: not valid YAML: the key hosts is written twice"),
        (
            "min_records: 1,",
            "min_records: 1, min_records: 2,",
            "line 10: not valid YAML: the key min_records is written",
        ),
    ],
)
def test_a_wrong_listing_is_named_with_file_key_and_reason(tmp_path: Path, old: str, new: str, words: str) -> None:
    file = tmp_path / "broken.yaml"
    assert old in GOOD
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError) as error:
        load_source(file)
    assert f"{file}: {words}" in str(error.value)


def test_each_of_several_mistakes_is_named(tmp_path: Path) -> None:
    wrong = GOOD.replace("platform: generic", "platform: trs-wcm").replace("rows:", "row:").replace("id: good", "id: G")
    with pytest.raises(SourceError) as error:
        load_source(Path(folder_of(tmp_path, wrong=wrong)) / "wrong.yaml")
    assert sorted(problem.split(": ")[1] for problem in error.value.problems) == ["id", "listing.row", "platform"]


def test_a_list_whose_only_item_is_wrong_is_not_also_called_too_short(tmp_path: Path) -> None:
    wrong = GOOD.replace("url: ", "adress: ")
    with pytest.raises(SourceError) as error:
        load_source(Path(folder_of(tmp_path, wrong=wrong)) / "wrong.yaml")
    assert sorted(problem.split(": ")[1] for problem in error.value.problems) == ["columns.0.adress", "columns.0.url"]


def test_a_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    (tmp_path / "gbk.yaml").write_bytes(GOOD.encode("gbk"))
    with pytest.raises(SourceError, match="is not in UTF-8: save it in that encoding"):
        load_source(tmp_path / "gbk.yaml")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("A.Example", "http://a.example/l/"),
        ("*.A.Example", "http://www.a.example/l/"),
        ("政务.example", "http://xn--zfr164b.example/l/"),
    ],
)
def test_a_host_is_read_in_the_form_that_addresses_have(tmp_path: Path, host: str, address: str) -> None:
    text = GOOD.replace("hosts: [a.example]", f'hosts: ["{host}"]').replace("http://a.example/l/", address)
    assert load_source(Path(folder_of(tmp_path, host=text)) / "host.yaml").allows(address)


def test_files_with_the_other_ending_are_read_and_those_of_editors_are_not(tmp_path: Path) -> None:
    (tmp_path / "other.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / ".#other.yaml").symlink_to("nowhere")
    (tmp_path / "notes.yaxml").write_text("-", encoding="utf-8")
    assert list(load_sources(str(tmp_path))) == ["good"]
    assert find_source("good", str(tmp_path)).id == "good"


def test_the_example_is_good(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    assert load_source(tmp_path / "good.yaml").listing


def folder_of(tmp_path: Path, **files: str) -> str:
    """A folder with these source files, by name without `.yaml`."""
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return str(tmp_path)


def test_a_wrong_file_does_not_keep_other_sources_from_being_found(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, good=GOOD, wrong="id: wrong\n", unreadable="{")
    assert find_source("good", folder).id == "good"
    assert list(readable_sources(folder)) == ["good"]
    with pytest.raises(SourceError, match=r"wrong\.yaml"):
        find_source("wrong", folder)
    with pytest.raises(SourceError, match=r"unreadable\.yaml.*wrong\.yaml"):
        load_sources(folder)


def test_a_source_is_found_in_a_file_of_another_name(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, a=GOOD.replace("id: good", "id: goodbye"), b=GOOD, other=GOOD.replace("good", "x"))
    assert locate_source("good", folder)[0].name == "b.yaml"
    # Not even by one that is called like it, nor by one that is wrong and names it.
    folder_of(tmp_path, good=GOOD.replace("id: good", "id: y"), aa="id: good\nname: [")
    assert locate_source("good", folder)[0].name == "b.yaml"
    with pytest.raises(GongkaiError, match="no source 'nowhere'"):
        find_source("nowhere", folder)


def test_an_id_that_no_source_has_names_the_id_of_its_file_or_one_that_is_close(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, zechuan=GOOD.replace("id: good", "id: 127-0-0-1"))
    with pytest.raises(GongkaiError, match=r"no source 'zechuan': .*zechuan\.yaml has id '127-0-0-1'"):
        find_source("zechuan", folder)
    with pytest.raises(GongkaiError, match=r"no source '127-0-0-2'.*did you mean `127-0-0-1`\?"):
        find_source("127-0-0-2", folder)


def test_to_find_a_source_no_file_of_another_is_read(tmp_path: Path) -> None:
    # Each task of a crawl finds its source: among a thousand files, to read them all would take it a second.
    folder = folder_of(tmp_path, good=GOOD)
    for number in range(3):
        (tmp_path / f"other-{number}.yaml").symlink_to("/proc/self/mem")  # whoever reads it fails
    assert find_source("good", folder).id == "good"


def test_whatever_happens_to_a_file_is_noticed(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, good=GOOD)
    states = [files_state(folder)]

    def noticed() -> bool:
        states.append(files_state(folder))
        return states[-1] != states[-2]

    assert not noticed()
    folder_of(tmp_path, added=GOOD)
    assert noticed()
    file = tmp_path / "added.yaml"
    file.write_text(GOOD.replace("好", "坏"), encoding="utf-8")
    assert noticed(), "same size, another time"
    old = file.stat()
    (tmp_path / "new").write_text(GOOD, encoding="utf-8")
    os.utime(tmp_path / "new", ns=(old.st_atime_ns, old.st_mtime_ns))
    (tmp_path / "new").replace(file)
    assert noticed(), "same size, same time, another file"
    file.unlink()
    assert noticed()
    assert not noticed()
