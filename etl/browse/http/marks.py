"""Marks words of a search with `<mark>` elements. All text is escaped first."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from etl.browse.pages.citations import CitationLine
from etl.browse.pages.marking import Part, mark, words_to_mark


def marked(text: str, words: Sequence[str]) -> Markup:
    """The text with the folded words marked."""
    return Markup("").join(
        Markup("<mark>{}</mark>").format(part.text) if part.hit else escape(part.text) for part in mark(text, words)
    )


class Marker:
    """Marks the words of a query in the texts of one page, and numbers the marks: `#hit-1` is the first. If a page
    shows two texts, they have different `name`s.

    If `text`, the page's main text, is given, also marks the citations in it: `#cite-3` is the third. The parts of the
    text must then be passed in order. `base`: the address of the browser.
    """

    def __init__(
        self, query: str = "", text: str = "", cited: Sequence[CitationLine] = (), base: str = "", name: str = "hit"
    ) -> None:
        self._words = words_to_mark(query) if query else ()
        self._hits, self._name = 0, name
        self._text, self._base, self._end = text, base, 0
        places = [line for line in cited if line.part == "text"]
        self._cited = sorted(places, key=lambda line: line.place, reverse=True)

    def __call__(self, text: str) -> Markup:
        start = self._text.find(text, self._end) if self._cited else -1
        if start < 0:
            return self._words_in(text)
        self._end = start + len(text)
        done = 0
        parts: list[Markup] = []
        while self._cited and self._cited[-1].place < self._end:
            line = self._cited.pop()
            first = line.place - start
            if first < done:
                continue
            # A name that continues on the next line is marked on the first line only.
            last = min(first + line.length, len(text))
            parts += [self._words_in(text[done:first]), self._citation(line, text[first:last])]
            done = last
        return Markup("").join([*parts, self._words_in(text[done:])])

    def _citation(self, line: CitationLine, name: str) -> Markup:
        inner = self._words_in(name)
        if line.cited:
            address = f"{self._base}/records/{line.cited.id}"
            return Markup('<a class="cited" id="cite-{}" href="{}">{}</a>').format(line.ordinal, address, inner)
        return Markup('<span class="cited" id="cite-{}">{}</span>').format(line.ordinal, inner)

    def _words_in(self, text: str) -> Markup:
        return Markup("").join(map(self._part, mark(text, self._words)))

    def _part(self, part: Part) -> Markup:
        if not part.hit:
            return escape(part.text)
        self._hits += 1
        return Markup('<mark id="{}-{}">{}</mark>').format(self._name, self._hits, part.text)
