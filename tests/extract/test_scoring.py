"""What bench/scoring.py counts."""

from bench.scoring import Counts, key, score
from tests.support.pages import NAV, PARAGRAPHS, SIGNED, TITLE, page

LABEL = {
    "file": "a/1.html",
    "title": TITLE,
    "document_number": "云政办发〔2023〕17号",
    "index_number": "00000000-0/2023-00017",
    "body_start": PARAGRAPHS[0],
    "body_end": SIGNED[1],
    "contains": [PARAGRAPHS[2][:12]],
    "excludes": ["要闻动态", "网站标识码"],
    "attachments": ["./P1.pdf"],
}
TEXT = "\n".join((*PARAGRAPHS, *SIGNED))


def test_right_wrong_and_missing_fields() -> None:
    result = score(
        [(LABEL, page().encode(), {"title": TITLE, "document_number": "云政办发[2023] 17号", "source": "甲"})]
    )
    assert result.fields["title"] == result.fields["document_number"] == Counts(1, 0, 0)
    assert result.fields["index_number"] == Counts(0, 0, 1)
    assert result.fields["source"] == Counts(0, 1, 0)
    assert round(result.core, 3) == 0.8
    assert round(result.all, 3) == round(4 / 6, 3)
    assert {item.field for item in result.disagreements} >= {"index_number", "source", "text"}


def test_text_files_and_leaks() -> None:
    answer = {"text": TEXT, "attachments": ["http://a.cn/x/P1.pdf"], "outcome": "document"}
    result = score([(LABEL, page().encode(), answer)])
    assert (result.text, result.files, result.snippets["leaked"], result.kinds[True]) == (1.0, Counts(1, 0, 0), 0, 1)
    leaking = score([(LABEL, page().encode(), {"text": NAV + TEXT[:60]})])
    assert leaking.text < 0.5
    assert leaking.snippets["leaked"] == 1


def test_a_label_that_bounds_no_text_is_named_and_a_listing_counts_for_its_kind_alone() -> None:
    result = score(
        [
            ({**LABEL, "body_start": "没有这句"}, page().encode(), {}),
            ({"file": "b", "page_kind": "listing"}, b"<p>x</p>", {"outcome": "stub"}),
        ]
    )
    assert (result.unusable, result.texts, result.kinds[False]) == (["a/1.html"], [], 1)


def test_values_are_compared_in_one_form() -> None:
    assert key("keywords", "电梯；更新") == key("keywords", "更新,电梯")
    assert key("subject_category", "城乡建设 > 其他") == key("subject_category", "城乡建设/其他")
