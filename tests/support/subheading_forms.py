"""Lines under the title in every form that a template may give them: how the date is written and labelled × what else
stands in the line, in any order × what parts it.

`python -m tests.support.subheading_forms` prints by form how many lines are read right, or wrong in silence.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations, product

from etl.extract import extract
from tests.support.pages import TITLE, page

DATE, SOURCE = "2023-05-09", "云溪区水务局"
DATES: Mapping[str, str] = {
    "numbers": "2023-05-09",
    "Chinese": "2023年5月9日",
    "with time": "2023-05-09 08:30",
    "with seconds": "2023/5/9 8:30:05",
}
DATE_LABELS = ("发布时间：", "时间:", "")
OTHERS: Mapping[str, tuple[str, ...]] = {
    "alone": (),
    "author": ("作者：张三",),
    "counter": ("浏览次数：35",),
    "short counter": ("点击:35",),
    "tools": ("字体：大 中 小",),
    "editor and counter": ("责任编辑：李四", "阅读：35"),
}
SEPARATORS: Mapping[str, Callable[[tuple[str, ...]], str]] = {
    "glued": "".join,
    "space": " ".join,
    "wide spaces": "　　".join,
    "bars": " | ".join,
    "elements": lambda parts: "".join(f"<span>{part}</span>" for part in parts),
    "elements apart": lambda parts: "\n".join(f"<em>{part}</em>" for part in parts),
    "brackets": lambda parts: "".join(f"【{part}】" for part in parts),
    "labels in brackets": lambda parts: " ".join(_with_label_in_brackets(part) for part in parts),
    "items": lambda parts: f"<ul>{''.join(f'<li>{part}</li>' for part in parts)}</ul>",
}


def _with_label_in_brackets(part: str) -> str:
    label, colon, value = part.replace("：", ":").partition(":")
    return f"【{label}】{value}" if colon and "时" not in value[:1] and not label[:1].isdigit() else part


@dataclass(frozen=True, slots=True)
class LineForm:
    """One line; `place` is the position of the date among the parts, of which the source is one."""

    date: str
    label: str
    others: str
    separator: str
    order: tuple[int, ...]

    @property
    def html(self) -> str:
        """The line as a page has it."""
        parts = (f"{self.label}{DATES[self.date]}", f"来源：{SOURCE}", *OTHERS[self.others])
        return f"<div>{SEPARATORS[self.separator](tuple(parts[at] for at in self.order))}</div>"


def forms() -> Iterator[LineForm]:
    """All lines that a reader understands: where nothing parts two values, the second one has its label."""
    for date, label, others, separator in product(DATES, DATE_LABELS, OTHERS, SEPARATORS):
        for order in permutations(range(2 + len(OTHERS[others]))):
            if not (separator == "glued" and (not label or _hides_its_end(order, others))):
                yield LineForm(date, label, others, separator, order)


def _hides_its_end(order: tuple[int, ...], others: str) -> bool:
    """Whether something stands behind the name of a person or a tool, without a gap."""
    return any(OTHERS[others][at - 2][:2] in ("作者", "责任", "字体") for at in order[:-1] if at > 1)


def outcome(form: LineForm) -> str:
    """`right`, or what was read."""
    html = page(headline=f"<h1>{TITLE}</h1>{form.html}").encode()
    fields = extract(html, "https://www.yunxi.example/gk/202305/t20230509_1234567.html").fields
    read = tuple(fields[name].value if name in fields else "" for name in ("published_date", "source"))
    return "right" if read == (DATE, SOURCE) else f"wrong {read}"


def main() -> None:
    """Prints how many lines of each form are read right."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for form in forms():
        verdict = outcome(form)
        for name in ("date", "label", "others", "separator"):
            counted[name, getattr(form, name), verdict.split()[0]] += 1
        if verdict != "right":
            print(form.html, verdict)
    for key, number in sorted(counted.items()):
        print(number, *key)


if __name__ == "__main__":
    main()
