"""The title: the headline of the page, confirmed by the titles that the page states elsewhere."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from etl.extract.codes import Rule
from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS, SUMMARIES
from etl.extract.lexicon.labels import find_labels, label_key, match_label
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Blocks
from etl.extract.page.headlines import (
    DOCUMENT_GENRE,
    ENDS_LIKE_A_TITLE,
    GENRE_ALONE,
    MAX_COLUMN_CHARS,
    MIN_PARTIAL_CHARS,
    Line,
    are_alike,
    headline_lines,
    headline_text,
    lines_above,
    names_agency,
)
from etl.extract.rules.stated_titles import stated_titles, titles_of_meta
from etl.extract.rules.whole_title import (
    LINES_OF_LIFE,
    NAMES_SITE,
    completed,
    like_stated_title,
    line_right_above,
    name_of_life,
    names_column_or_site,
    stated_whole,
    title_at_top,
    with_lines_around,
)
from etl.extract.shown.stated_labels import whole_words
from etl.extract.types import FieldValue, Origin

_LETTER = re.compile(r"[^\W\d_]")
"""Of any script: Tibetan, Uyghur, Mongolian and Korean pages have titles too."""
_SECTION = re.compile("[（(]?[一二三四五六七八九十]{1,3}(?:[)）]|、)|第[一二三四五六七八九十]{1,3}[章节条]")
"""The beginning of the heading of a section of a text."""
_ADDRESS = re.compile(r"(?:https?://)?[A-Za-z\d-]+(?:\.[A-Za-z\d-]+){1,4}/?")
"""The site's own address, which its logo may have below its name."""
_LINES_OF_TITLE_IN_TEXT = 4
"""Number of first lines of the text that may contain a stated title in pieces."""
_SITE_NAME = re.compile(f"(?:人民政府|法院|检察院)$|{NAMES_SITE.pattern}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may be the title, compared with the titles that the page states elsewhere (`<title>`, meta tags,
    header). `agrees`: it equals one of them; `overlaps`: it is most of one, or one is most of it."""

    line: Line
    key: str
    agrees: bool
    overlaps: bool

    @property
    def parts(self) -> dict[str, int]:
        """The reasons for and against the candidate, with points; a line that names the site or its agency is
        rarely a title, unless its markup and the line below it say so: on pages about an agency. (`<title>` may have
        only that name; the logo and a signature have it too.)"""
        line, is_agency = self.line, names_agency(self.key)
        may_be_about_it = line.marked and not self.agrees
        if line.above_date:
            against = 1 if may_be_about_it else 4
        else:  # less than any other line, unless there is none
            against = max(4, 4 * self.agrees + 3 * self.overlaps + 1) if line.marked else 7
        return {
            "equals a stated title": 4 * self.agrees,
            "overlaps a stated title": 3 * self.overlaps,
            "marked as a headline": 2 * line.marked,
            "above the line with date or source": 2 * (line.above_date and (may_be_about_it or not is_agency)),
            "named like a site or an agency": -against * is_agency,
        }

    @property
    def score(self) -> int:
        """The sum of `parts`."""
        return sum(self.parts.values())


_BADGE_CHARS = 4
_LETTERS_APART = re.compile(r"(?:[\u4e00-\u9fff]\s+){5,}[\u4e00-\u9fff]")
_BADGE = re.compile(r"[\[【(（]\s*\w{1,4}\s*[\]】)）]\s*|[·•●■◆▪►▶>»\s]+")
_OF_VALIDITY = re.compile("[废失修稿试暂一二三四五上下续]")
_SURE, _BELIEVED, _LIKELY = 6, 4, 3
"""Scores of a headline: joined lines have `_SURE` at least; from `_BELIEVED` on it beats the title of the
header; below `_LIKELY` it is used only where the header has no title."""


def _candidate(line: Line, stated: list[str]) -> Candidate | None:
    """The line as a candidate; None if it has no points. `stated` are keys of titles stated elsewhere."""
    key = label_key(line.text)
    stands_alone = line.above_date and (line.marked or key in GENRE_ALONE)
    if not (2 if stands_alone else 5) <= len(key) <= 200:
        return None
    agrees = key in stated
    overlaps = any(
        (other in key and len(other) > 8 and (len(other) * 2 > len(key) or _issues(key, other)))
        or (key in other and len(key) > 8 and len(key) * 10 > len(other) * 7)
        or (len(key) > MIN_PARTIAL_CHARS and (other.startswith(key) or other.endswith(key)))
        for other in stated
    )
    if not (line.marked or line.above_date or agrees or overlaps):
        return None
    if len(_LETTER.findall(key)) < (2 if stands_alone else 4) or (_SECTION.match(key) and not agrees):
        return None
    if _ADDRESS.fullmatch(line.text.strip()):
        return None
    return Candidate(line, key, agrees, overlaps)


def _issues(title: str, other: str) -> bool:
    """Whether a title is that of the document that issues the other one: 关于印发《…办法》的通知."""
    before, _, behind = title.partition(other)
    return "关于" in before and behind.lstrip("》").startswith("的")


def headline_candidates(lines: Iterable[Line], stated: list[str]) -> Iterator[Candidate]:
    """The lines with points, in page order. `stated` is the result of `stated_titles`."""
    return (candidate for line in lines if (candidate := _candidate(line, stated)))


def _best_headline(lines: list[Line], stated: list[str], more: list[Line], blocks: Blocks) -> tuple[int, Line | None]:
    """(score, line) of the best headline. `more`: these lines and the first lines of the text, which may contain a
    title in pieces."""
    best, best_score = None, 0
    for candidate in headline_candidates(lines, stated):
        score = candidate.score
        # On a tie the later line wins, unless it is only a piece of the earlier one (the title may be repeated in two
        # lines at the top of the text) or lacks its markup.
        is_rival = best is not None and score == best_score and candidate.key not in best.key
        if score > best_score or (is_rival and best and not _is_plainer(candidate, best)):
            best, best_score = candidate, score
    if not (best and best.agrees) and (joined := _join_lines(more, stated, blocks)):
        return max(_SURE, best_score), joined
    return best_score, best.line if best else None


def _is_plainer(candidate: Candidate, best: Candidate) -> bool:
    """Whether only the better of two lines has the markup of a headline, and is more than the name of a column or an
    agency."""
    is_name = len(best.key) <= MAX_COLUMN_CHARS or names_agency(best.key)
    return best.line.marked and not (candidate.line.marked or is_name)


def _join_lines(lines: list[Line], stated: list[str], blocks: Blocks) -> Line | None:
    """Adjacent lines that together equal a stated title. The name of a column followed by the headline, in different
    elements, is not joined (`<title>通知公告 关于…的通知`)."""
    for position, line in enumerate(lines):
        key = label_key(line.text)
        for title in stated if len(key) > 3 else ():
            if key == title or not title.startswith(key):
                continue
            text, text_key = line.text, key
            for step, more in enumerate(lines[position + 1 : position + 4], 1):
                text, text_key = text + more.text, text_key + label_key(more.text)
                is_column = step == 1 and len(key) <= MAX_COLUMN_CHARS and not names_agency(key)
                if more.block != line.block + step or not title.startswith(text_key):
                    break
                if is_column and not are_alike(line.block, more.block, blocks):
                    break
                if text_key == title:
                    return replace(line, block=more.block, text=text)
    return None


def _without_badges(line: Line, blocks: Blocks, stated: list[str]) -> Line:
    """The line without short inline elements at its ends (原创, 置顶, 图文), also in brackets, and without a bullet, if
    the page states the title like that. Words that mark a document as repealed, amended or a draft stay."""
    block = blocks.blocks[line.block]
    badge = _BADGE.match(line.text)
    if badge and not _OF_VALIDITY.search(badge[0]) and label_key(line.text[badge.end() :]) in stated:
        return replace(line, text=line.text[badge.end() :])
    if INLINE_BOUNDARY not in block.text or headline_text(block.text) != line.text or label_key(line.text) in stated:
        return line
    runs = block.text.split(INLINE_BOUNDARY)
    for first, last in product(range(len(runs)), range(len(runs), 0, -1)):
        badges = [run.strip() for run in (*runs[:first], *runs[last:])]
        rest = "".join(runs[first:last]).strip()
        are_badges = all(len(badge) <= _BADGE_CHARS and not _OF_VALIDITY.search(badge) for badge in badges)
        if are_badges and label_key(rest) in stated:
            return replace(line, text=rest)
    return line


def _without_gaps(text: str) -> str:
    """A headline of more than one word without the gaps between its characters."""
    return "".join(text.split()) if _LETTERS_APART.fullmatch(text) else text


def _genre_line_above(lines: list[Line], blocks: Blocks, stated: list[str]) -> Line | None:
    """The last line that reads like the title of a document; used if no markup shows a headline."""
    for last in reversed(lines):
        line = with_lines_around(last, lines, blocks, stated) if ENDS_LIKE_A_TITLE.search(last.text) else last
        label = match_label(blocks.blocks[line.block - 1].text) if line.block else None
        if label and label.label in SUMMARIES:
            continue
        is_title = DOCUMENT_GENRE.search(line.text) and not re.search("[。！？；]|[：:，,]$", line.text)
        if 10 <= len(line.text) <= 100 and is_title:
            return line if not blocks.blocks[line.block].link_chars else None
    return None


def title_of_line(line: Line) -> FieldValue:
    """The title in a headline."""
    return _title(line.text, "", "title", Rule.HEADLINE)


def _title(text: str, label: str, origin: Origin, rule: Rule) -> FieldValue:
    return FieldValue("title", text, text, label, origin, rule)


@dataclass(frozen=True, slots=True)
class PageTitle:
    """The title, None if the page has none, and all evidence for it.

    `headline`: the line of the page from which it was taken, if any.
    """

    value: FieldValue | None
    evidence: tuple[FieldValue, ...]
    headline: Line | None = None


def find_title(
    parts: list[str], blocks: Blocks, limit: int, labelled: Iterable[FieldValue], meta: list[tuple[str, str]]
) -> PageTitle:
    """The title of the page.

    `parts` and `meta` are what `title_parts` and `meta_tags` return, `labelled` what `read_labels` found; `limit` is
    the first block that cannot hold the title any more. In this order: a headline of `_BELIEVED` points, the header's
    title, any other headline, a meta tag, a line that reads like a title, `<title>`. `Candidate.parts` gives the
    points: a title that the page states elsewhere, or markup and the line with date or source below it.
    """
    header = [value for value in labelled if value.name == "title"]
    article = titles_of_meta(meta)
    stated = stated_titles(parts, header, meta)
    lines = lines_above(blocks, limit)
    top = headline_lines(blocks, limit, min(limit + _LINES_OF_TITLE_IN_TEXT, len(blocks.blocks)))
    more = [*lines, *top]
    score, headline = _best_headline(lines, stated, more, blocks)
    if whole := _whole_headline(headline, more, [value.value for value in header], article, parts):
        score, headline = _SURE, whole
    if headline:
        headline = _as_shown(headline, lines, blocks, stated)
    evidence: list[FieldValue] = list(header)
    chosen: FieldValue | None = None
    if headline and (score >= _LIKELY or not header):
        chosen = title_of_line(headline)
        evidence.append(chosen)
    if header and (chosen is None or score < _BELIEVED):
        chosen = header[0]
    evidence += [_title(text, "ArticleTitle", "meta", Rule.META_TAG) for text in article[:1]]
    if not evidence and (line := _genre_line_above(lines, blocks, stated) or title_at_top(blocks, more, parts, stated)):
        headline = line
        evidence.append(_title_of_unmarked(line.text))
    evidence += _page_title(parts)
    if not (chosen or article or headline) and (headline := like_stated_title(blocks, more, parts)):
        chosen = _title_of_unmarked(headline.text)
        evidence.append(chosen)
    if not (chosen or article or headline) and names_column_or_site(parts):
        if name := name_of_life(blocks, limit + LINES_OF_LIFE):
            chosen = _title_of_unmarked(name)
        elif headline := line_right_above(blocks, lines, limit - 1):
            chosen = _title_of_unmarked(headline.text)
        evidence += [chosen] if chosen else []
    if chosen is None:
        chosen = next((value for value in evidence if not _SITE_NAME.search(value.value)), None)
    return PageTitle(chosen, tuple(evidence), headline)


def _whole_headline(
    headline: Line | None, lines: list[Line], header: list[str], article: list[str], parts: list[str]
) -> Line | None:
    """A headline that goes on in the lines below it, or that the page cuts off but states in whole elsewhere; None for
    any other."""
    if whole := completed(lines, [headline.text] if headline else [*article, *parts]):
        return whole
    text = headline and stated_whole(headline.text, [*header, *article, *reversed(parts)])
    return replace(headline, text=text) if headline and text else None


def _title_of_unmarked(text: str) -> FieldValue:
    return _title(text, "", "title", Rule.LINE_ABOVE_TEXT)


def _as_shown(headline: Line, lines: list[Line], blocks: Blocks, stated: list[str]) -> Line:
    """The headline without badges, with the lines around it that belong to it, in whole words without gaps. Lines above
    it in its element are not of it if the page states its title without them: the name of a column."""
    own = headline_text(blocks.blocks[headline.block].text)
    if headline.text.endswith(own) and label_key(own) in stated and label_key(headline.text) not in stated:
        upper = headline.text.removesuffix(own)
        headline = headline if names_agency(label_key(upper)) else replace(headline, text=own)
    headline = with_lines_around(_without_badges(headline, blocks, stated), lines, blocks, stated)
    element = blocks.nodes[blocks.blocks[headline.block].node].element
    return replace(headline, text=_without_gaps(whole_words(element, headline.text)))


def _page_title(parts: list[str]) -> list[FieldValue]:
    """The longest part of `<title>` that names neither the site nor an agency, if there is one."""
    rest = parts[1:] or parts  # the first is the whole of it, unless it has no parts
    rest = [text for text in rest if not _SITE_NAME.search(text)] or rest[-1:]
    best = [text for text in rest if not names_agency(label_key(text))][:1] or rest[:1]
    return [_title(text, "title", "meta", Rule.PAGE_TITLE) for text in best]


def only_headline(blocks: Blocks, first: int) -> Line | None:
    """The only line from block `first` on that is marked as a headline: the only `<h1>` or `<h2>`, or the only line
    whose class says so, if it reads like the title of a document. For pages with more text beside the document than in
    it."""
    by_markup: dict[tuple[str, str], list[Line]] = {}
    for line in headline_lines(blocks, first, len(blocks.blocks)):
        node = blocks.nodes[blocks.blocks[line.block].node]
        if line.marked and node.first == line.block:
            by_markup.setdefault((node.tag, node.element.get("class") or ""), []).append(line)
    alone = [(tag, lines[0]) for (tag, _), lines in by_markup.items() if len(lines) == 1]
    titles = [
        (tag, line) for tag, line in alone if 5 <= len(key := label_key(line.text)) <= 200 and not names_agency(key)
    ]
    by_tag = (line for wanted in ("h1", "h2") for tag, line in titles if tag == wanted)
    return next(by_tag, None) or next((line for _, line in titles if DOCUMENT_GENRE.search(line.text)), None)


def headline_above_date(blocks: Blocks, first: int) -> Line | None:
    """The best line from block `first` on that is right above a line with date or source, a headline that needs no
    confirmation. For pages whose menus have more prose than their document."""
    every = headline_lines(blocks, first, len(blocks.blocks), with_numbers=True)
    lines = [line for line in every if line.above_date and not names_agency(label_key(line.text))]
    return max(lines, key=lambda line: (line.marked, len(line.text)), default=None)


def headline_above_header(blocks: Blocks, first: int) -> Line | None:
    """The first line from block `first` on that reads like the title of a document and is right above the labels of a
    header. For pages that state their title nowhere else and mark it by its looks alone."""
    for line in headline_lines(blocks, first, len(blocks.blocks)):
        below = next((block.text for _, block in blocks.visible_blocks(line.block + 1, line.block + 2)), "")
        label = match_label(below) or next(iter(find_labels(below)), None)
        is_header = label is not None and label.name != "" and label.label not in AMBIGUOUS_LABELS
        if is_header and DOCUMENT_GENRE.search(line.text) and not blocks.blocks[line.block].link_chars:
            return line
    return None
