"""Slips of whoever types a source file: each is refused in one line that says where it is, and what to write."""

import ssl
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from etl.catalog.load import SourceError, load_source, load_sources
from etl.settings import Settings
from etl.sources.schema import Source, archived_source
from tests.support.gongkai import CommandResult, gongkai

GOOD = """\
id: good
name: 好
agency: 某局
region: "539100"
platform: generic
columns:
  - {url: "http://a.example/l/", name: 政策}
hosts: [a.example]
schedule: "@daily"
assertions: {min_records: 1, max_age_days: 10}
verified: never
"""
DUTY = "duties: [{{name: 年报, title: 年报, {}}}]\nverified:"


def test_an_answer_of_half_a_gigabyte_may_be_allowed(tmp_path: Path) -> None:
    path = tmp_path / "good.yaml"
    path.write_text(GOOD + "limits: {bytes: 500000000}\n", encoding="utf-8")
    assert load_source(path).limits.bytes == 500_000_000


class Slip(NamedTuple):
    """A text of the good file, what somebody typed instead, and the line that this must give."""

    right: str
    wrong: str
    words: str


SLIPS = (
    Slip("  - {url", "\t- {url", "line 7: is indented with a tab: use plain blanks"),
    Slip("  - {url", "　- {url", "line 7: is indented with another kind of blank (U+3000): use plain blanks"),
    Slip("name: 好", "name：好", "line 2: a full-width colon (：): write `: `"),
    Slip("id: good", "id:good", "line 1: a blank is missing after `:` or `-`"),
    Slip("- {url", "-{url", "line 7: a blank is missing after `:` or `-`"),
    Slip('"@daily"', "@daily", "line 9: a text that begins with @ must be in quotes"),
    Slip("[a.example]", "[*.a.example]", "line 8: a text that begins with * must be in quotes"),
    Slip("schedule:", "<<<<<<< HEAD\nschedule:", "line 9: a merge was not finished: keep one of the two texts"),
    Slip("  - {url", "=======\n  - {url", "line 7: a merge was not finished"),
    Slip("verified: never", "verified: 2026-13-01", "verified: must be a day, such as 2026-11-29, or `never`"),
    Slip("verified:", "silences: [{reason: dark, until: 2026-02-30, why: x}]\nverified:", "silences.0.until: must be"),
    Slip("verified:", "silences: [{reason: dark, until: 86400, why: x}]\nverified:", "silences.0.until: must be a day"),
    Slip("verified:", "silences: [{reason: dark, until: 2027-01-01, why: ' '}]\nverified:", "silences.0.why: must not"),
    Slip("min_records: 1,", "min_records: yes,", "assertions.min_records: must be a whole number"),
    Slip("min_records: 1,", "min_records: true,", "assertions.min_records: must be a number"),
    Slip("min_records: 1,", f"min_records: {10**20},", "assertions.min_records: must be 100000000 or less"),
    Slip("max_age_days: 10", "max_age_days: 1:30", "assertions.max_age_days: must be a whole number"),
    Slip("verified:", "pace: {delay: true}\nverified:", "pace.delay: must be a number"),
    Slip("verified:", "full_walk_days: .inf\nverified:", "full_walk_days: must be a number"),
    Slip("verified:", "full_walk_days: inf\nverified:", "full_walk_days: must be 36500 or less"),
    Slip("verified:", "limits: {bytes: 50000000000}\nverified:", "limits.bytes: must be 1000000000 or less"),
    Slip("http://a", "http://user:word@a", "columns.0.url: has a login in it (before @)"),
    Slip("/l/", "/l/ http://a.example/m/", "columns.0.url: has a blank or an invisible character (U+0020) in it"),
    Slip("/l/", "/l/\u200b", "columns.0.url: has a blank or an invisible character (U+200B) in it"),
    Slip("/l/", "/l/。", "columns.0.url: ends with 。"),
    Slip("hosts:", '  - {url: "https://a.example/l/"}\nhosts:', "columns.1.url: https://a.example/l/ is there twice"),
    Slip("hosts:", '  - {url: "https://b.example/l/"}\nhosts:', "columns.1.url: https://b.example/l/ is on none of"),
    Slip("[a.example]", '["a.example\u200b"]', "hosts.0: 'a.example\\u200b' is no host"),
    Slip("[a.example]", '[a.example, "*.cn"]', "hosts.1: *.cn allows everybody's sites: name those of the agency"),
    Slip("[a.example]", '[a.example, "*.gov.cn"]', "hosts.1: *.gov.cn allows everybody's sites"),
    Slip("[a.example]", "[a.example, 10.1.2.3]", "hosts.1: 10.1.2.3 is no public address: needs `allow_private"),
    Slip("name: 政策}", "post: '{\"page\": 1,}'}", "columns.0.post: is not valid JSON: "),
    Slip("name: 政策}", "post: '{“page”: 1}'}", "columns.0.post: is not valid JSON: "),
    Slip("name: 政策}", "post: page}", "columns.0.post: is neither a form such as"),
    Slip("hosts:", "listing: {address: 'http://b.example/d?id={id}'}\nhosts:", "listing.address: http://b.example/d"),
    Slip("hosts:", "listing: {rows: li, pages: '//b.example/{page}'}\nhosts:", "listing.pages: //b.example/{page} is"),
    Slip("[a.example]", '[a.example, "2130706433"]', "hosts.1: 2130706433 is no public address"),
    Slip("hosts:", "listing: {address: 'http://u:p@a.example/d?id={id}'}\nhosts:", "listing.address: has a login"),
    Slip("hosts:", "listing: {rows: li, pages: '/{page}', second: true}\nhosts:", "listing.second: must be a number"),
    Slip("hosts:", "listing: {pages: '/{page}', page_number: zq}\nhosts:", "listing: pages and page_number are two"),
    Slip(
        "verified:",
        "twins: {'http://u:p@a.example': 'https://a.example'}\nverified:",
        "twins.http://u:p@a.example: has",
    ),
    Slip("verified:", DUTY.format("since: 2019, basis: x"), "duties.0: needs due or within_days"),
    Slip("verified:", DUTY.format("since: 2099, due: 04-01, basis: x"), "duties.0.since: 2099 has not come yet"),
    Slip("verified:", DUTY.format("since: 2019, due: 04-01, basis: ' '"), "duties.0.basis: must not be empty"),
    Slip(
        "verified:", DUTY.format("since: 2019, within_days: true, basis: x"), "duties.0.within_days: must be a number"
    ),
    Slip('"@daily"', '"*/90 * * * *"', "schedule: '*/90' is no minute of a cron line"),
    Slip("verified:", "tls: {ca: nowhere.pem, reason: x}\nverified:", "tls.ca: is no file"),
    Slip("verified:", "tls: {ca: text.pem, reason: x}\nverified:", "tls.ca: "),
)


def check(folder: Path) -> CommandResult:
    return gongkai(Settings(), "sources", "check", GONGKAI_SOURCES=str(folder), GONGKAI_STATE_DIR=str(folder / ".var"))


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.words)
def test_a_slip_is_refused_in_one_line(tmp_path: Path, slip: Slip) -> None:
    assert slip.right in GOOD
    (tmp_path / "text.pem").write_text("not a certificate\n", encoding="utf-8")
    file = tmp_path / "broken.yaml"
    file.write_text(GOOD.replace(slip.right, slip.wrong, 1), encoding="utf-8")
    done = check(tmp_path)
    assert done.code == 1
    (line,) = done.err.splitlines()
    assert line.startswith(f"{file}: {slip.words}")


@pytest.mark.parametrize(
    ("right", "other"),
    [
        ("[a.example]", '[a.example, "*.b.gov.cn", "*.政务.cn"]'),
        ("/l/", "/政策（试行）/l.jsp?a=1&b=2"),
        ("/l/", "/l.jsp?name=政策（试行）"),
        ("name: 政策}", "post: 'page=1&word='}"),
        ("name: 政策}", "post: '{\"page\": 1}'}"),
        ("name: 政策}", "post: '<q><page>1</page></q>'}"),
        ("name: 政策}", "whole: yes}"),
        ("hosts:", '  - {url: "https://a.example/m/"}\nhosts:'),
        ("hosts:", "listing: {address: '{link}'}\nhosts:"),
        ("verified:", "limits: {pages: 30_000}\nverified:"),
        ("verified:", "lookups: {validity: {yes: 有效, no: 失效}}\nverified:"),
        ("verified:", "lookups: {validity: {01: 有效, 02: 失效}}\nverified:"),
        ("verified:", "hosts: [a.example, 10.1.2.3]\nallow_private_addresses: true\nverified:"),
        ('"@daily"', '"*/20 1-5/2 * * *"'),
        ('"@daily"', '"0 */24 * * *"'),
        ("verified: never", "verified: 2026-11-01"),
        ("name: 好", "name: 2026-11-01"),
        (GOOD, "\ufeff" + GOOD.replace("\n", "\r\n")),
    ],
)
def test_what_is_right_is_taken(tmp_path: Path, right: str, other: str) -> None:
    text = GOOD.replace("hosts: [a.example]\n", "") if other.startswith("hosts:") else GOOD
    (tmp_path / "good.yaml").write_text(text.replace(right, other, 1), encoding="utf-8", newline="")
    done = check(tmp_path)
    assert (done.code, done.out) == (0, "1 source file — good\n"), done.err


def test_files_that_nobody_reads_are_named(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "yunling").mkdir()
    overlooked = ("yunling/a.yaml", "yunling/b.yml", "c.YAML", "d.yaml.txt", "e.ymal", "f.json", "l.yam", "m.yaml ")
    put_aside = ("g.yaml~", ".h.yaml", "i.yaml.off", "j.yaml.orig", "README.md", "site.pem", "yunling/k.pem")
    for name in (*overlooked, *put_aside):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    done = check(tmp_path)
    assert done.code == 1
    assert sorted(line.split(": is not read: ")[0] for line in done.err.splitlines()) == sorted(
        str(tmp_path / name) for name in overlooked
    )


def test_a_folder_below_another_is_read_if_it_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "yunling").mkdir()
    (tmp_path / "yunling" / "good.yaml").write_text(GOOD, encoding="utf-8")
    assert list(load_sources(f"{tmp_path}:{tmp_path / 'yunling'}")) == ["good"]


def test_two_sources_walk_no_list_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(GOOD.replace("id: good", "id: copied"), encoding="utf-8")
    done = check(tmp_path)
    assert done.code == 1
    assert f"b.yaml: columns.0: http://a.example/l/ is already a list of good, {tmp_path / 'a.yaml'}" in done.err


def test_certificates_are_found_beside_the_source_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = ssl.create_default_context().get_ca_certs(binary_form=True)[0]
    (tmp_path / "site.pem").write_text(ssl.DER_cert_to_PEM_cert(authority), encoding="ascii")
    file = tmp_path / "good.yaml"
    file.write_text(GOOD + "tls: {ca: site.pem, reason: 缺中间证书}\n", encoding="utf-8")
    monkeypatch.chdir("/")
    assert load_source(file).tls.ca == tmp_path / "site.pem"


@given(st.text(st.characters(codec="utf-8"), max_size=8), st.integers(0, len(GOOD)), st.integers(0, 8))
def test_a_file_with_any_slip_is_a_source_or_says_where_it_is_wrong(insert: str, place: int, cut: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_text", lambda *_, **__: GOOD[:place] + insert + GOOD[place + cut :])
        try:
            source, problems = load_source(Path("any.yaml")), []
        except SourceError as error:
            source, problems = None, error.problems
    assert (source is None) == bool(problems)
    assert all(line.startswith("any.yaml: ") and "\n" not in line for line in problems)
    assert source is None or Source.model_validate_json(source.model_dump_json()) == source


def test_what_files_said_at_their_last_run_is_read_whatever_is_refused_today() -> None:
    old = yaml.safe_load(GOOD) | {"hosts": ["*.gov.cn", "a.example", "10.1.2.3"]}
    old["columns"] += [{"url": "https://a.example/l/", "post": "page"}]
    of_crawls = {"schedule": "*/90 * * * *", "full_walk_days": 1e6, "limits": {"pages": 10**12}}
    assert len(archived_source(old | of_crawls).columns) == 2
