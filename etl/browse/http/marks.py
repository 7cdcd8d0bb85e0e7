"""Words of a search as `<mark>` elements. Whatever stands in a text is escaped before it is marked."""

from collections.abc import Sequence

from markupsafe import Markup

from etl.browse.pages.marking import Part, mark, words_to_mark


def marked(text: str, words: Sequence[str]) -> Markup:
    """The text with the folded words marked."""
    return Markup("").join(
        Markup("<mark>{}</mark>" if part.hit else "{}").format(part.text) for part in mark(text, words)
    )


class Marker:
    """Marks the words of a query in the texts of one page, and numbers the marks: `#hit-1` leads to the first."""

    def __init__(self, query: str = "") -> None:
        self._words = words_to_mark(query) if query else ()
        self._hits = 0

    def __call__(self, text: str) -> Markup:
        return Markup("").join(map(self._part, mark(text, self._words)))

    def _part(self, part: Part) -> Markup:
        if not part.hit:
            return Markup("{}").format(part.text)
        self._hits += 1
        return Markup('<mark id="hit-{}">{}</mark>').format(self._hits, part.text)
