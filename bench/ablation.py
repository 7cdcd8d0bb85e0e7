"""What each list and threshold of extraction is worth on a labelled set, and what is left of the score without those
that only one host's pages need.

usage: python -m bench.ablation DIR [--only words|numbers]

DIR contains `labels.jsonl` and `pages/`. The following are removed, one at a time: each word of each table of words in
`etl/extract` (labels, tools, words of footers …) and each selector and pair of markers of the families' layouts; each
number in capitals is halved and doubled. Then, for each host, everything that only its pages need or contain is removed
at once, which gives the score on them as if they had never been seen. Parts of regular expressions are not removed.
"""

import argparse
import importlib.util
import multiprocessing
import pkgutil
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bench.labelled import HTML_TAGS, Page, load_pages
from bench.scoring import CORE, key, macro_core, score
from etl.platforms.registry import all_platforms
from etl.web.page import read_page

# No module of `etl.extract` is imported here: the rules are loaded in a child process that takes some of them away,
# because their tables are compiled at import.
Prediction = Mapping[str, Any]


class Item(NamedTuple):
    """A word of a table (`table`: its module and the number of the table there), a selector, or a number with the
    factor by which it is changed."""

    table: str
    word: str
    factor: float = 0.0


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of removing an item: files whose prediction changes, and how many more core values are wrong."""

    item: Item
    changed: frozenset[str]
    core_lost: int


_GROUP = 8
_NO_QUANTITIES = frozenset(("NORMALISER", "_BLOCK", "_SKIPPED"))
"""Numbers in capitals that are names: a version, kinds of tags."""
_NOT_EXTRACTION = ("etl.extract.similarity", "etl.extract.content_id")
_NAME = re.compile(r"[\w-]{5,}")

# -- in the child process


def _load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[name] = module
    return module


def _without_words(items: frozenset[Item]) -> dict[str, list[Item]]:
    """Loads the rules without some words of their tables; returns all words by table."""
    for name in [name for name in sys.modules if name.startswith("etl.extract")]:
        del sys.modules[name]
    # Loaded before its package, whose `__init__` imports all rules.
    spec = importlib.util.find_spec("etl")
    path = Path(str(spec and spec.origin)).parent / "extract" / "lexicon" / "words.py"
    words = _load("etl.extract.lexicon.words", path)
    split, tables = words.split_words, defaultdict(list)

    def split_fewer(text: str) -> tuple[str, ...]:
        table = f"{sys._getframe(1).f_globals['__name__']}:{text.split()[0]}"
        if HTML_TAGS.isdisjoint(split(text)[:1]):
            tables[table] = [Item(table, word) for word in split(text)]
        return tuple(word for word in split(text) if Item(table, word) not in items)

    words.split_words = split_fewer
    importlib.import_module("etl.extract.labelled_set")
    return tables


def _without_selectors(items: frozenset[Item]) -> list[Item]:
    every: list[Item] = []
    gone = {item.word for item in items if item.table == "layouts"}
    for family in all_platforms():
        layout = family.layout
        every += [Item("layouts", word) for word in (*layout.body, *layout.header, *map(str, layout.markers))]
        family.layout = replace(
            layout,
            body=tuple(selector for selector in layout.body if selector not in gone),
            header=tuple(selector for selector in layout.header if selector not in gone),
            markers=tuple(marker for marker in layout.markers if str(marker) not in gone),
        )
    return list(dict.fromkeys(every))


def _with_other_numbers(items: frozenset[Item]) -> list[Item]:
    package = importlib.import_module("etl.extract")
    every: list[Item] = []
    changed = {item.word: item.factor for item in items if item.table == "numbers"}
    for info in pkgutil.walk_packages(package.__path__, "etl.extract."):
        if info.name in _NOT_EXTRACTION:
            continue
        module = importlib.import_module(info.name)
        for name, value in list(vars(module).items()):
            if name in _NO_QUANTITIES or not name.strip("_").isupper() or type(value) not in (int, float):
                continue
            every.append(Item("numbers", name))
            if name in changed:
                setattr(module, name, _other(value, changed[name]))
    return list(dict.fromkeys(every))


def _other(value: float, factor: float) -> float:
    """A share of less than 1 grows towards 1."""
    if isinstance(value, int):
        return int(value * factor)
    return value * factor if factor < 1 or value >= 1 else 1 - (1 - value) / factor


def _predict(items: frozenset[Item], pages: Sequence[Page]) -> list[Prediction]:
    _without_words(items)
    _without_selectors(items)
    _with_other_numbers(items)
    prediction = importlib.import_module("etl.extract.labelled_set").prediction
    return [prediction(str(label["file"]), str(label.get("url") or ""), body) for label, body in pages]


def _all_items() -> tuple[dict[str, list[Item]], list[Item], list[Item]]:
    tables = _without_words(frozenset())
    return dict(tables), _without_selectors(frozenset()), _with_other_numbers(frozenset())


def _in_child(task: Callable[[], Any]) -> Any:
    """The task's result, from a separate process that has not loaded the rules yet."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=lambda: sender.send(task()))
    child.start()
    sender.close()
    try:
        return receiver.recv()
    except EOFError:
        raise RuntimeError("extraction failed with some of its rules taken away: see above") from None
    finally:
        child.join()


# -- in the parent


class Ablation:
    """A labelled set with the predictions of the unchanged rules."""

    def __init__(self, pages: Sequence[Page]) -> None:
        all_platforms()  # loaded once, not in every child
        self.pages = {str(label["file"]): (label, body) for label, body in pages}
        self.host = {name: str(urlsplit(str(label.get("url"))).hostname) for name, (label, _) in self.pages.items()}
        self.baseline = self.predict(frozenset(), list(self.pages))
        self._sources = {name: _searchable(body) for name, (_, body) in self.pages.items()}
        self.tables, self.selectors, self.numbers = _in_child(_all_items)

    def predict(self, items: frozenset[Item], names: Iterable[str]) -> dict[str, Prediction]:
        names = list(names)
        predictions = _in_child(partial(_predict, items, [self.pages[name] for name in names]))
        return dict(zip(names, predictions, strict=True))

    def rows(self, predictions: Mapping[str, Prediction]) -> list[tuple[Mapping[str, Any], bytes, Prediction]]:
        return [(*self.pages[name], prediction) for name, prediction in predictions.items()]

    def holds(self, item: Item) -> list[str]:
        """Files whose source contains the item's word; all files if the item is not a word."""
        if item.table == "numbers":
            return list(self.pages)
        if item.table == "layouts":
            names = _NAME.findall(item.word)
            return [name for name, source in self._sources.items() if all(part.lower() in source for part in names)]
        word = unicodedata.normalize("NFKC", item.word).split(":")[0].lower()
        return [name for name, source in self._sources.items() if word in source]

    def effects(self, items: Sequence[Item]) -> Iterator[Effect]:
        """The effect of each item. Neighbours are removed together first, as most change nothing."""
        items = [item for item in items if self.holds(item)]
        for start in range(0, len(items), _GROUP):
            group = items[start : start + _GROUP]
            names = sorted({name for item in group for name in self.holds(item)})
            predictions = self.predict(frozenset(group), names)
            if any(predictions[name] != self.baseline[name] for name in names):
                yield from map(self.effect, group)
            else:
                yield from (Effect(item, frozenset(), 0) for item in group)

    def effect(self, item: Item) -> Effect:
        names = self.holds(item)
        predictions = self.predict(frozenset((item,)), names) if names else {}
        changed = frozenset(name for name in names if predictions[name] != self.baseline[name])
        lost = sum(self._core_errors(name, predictions[name]) for name in changed)
        lost -= sum(self._core_errors(name, self.baseline[name]) for name in changed)
        return Effect(item, changed, lost)

    def _core_errors(self, name: str, prediction: Prediction) -> int:
        label = self.pages[name][0]
        return sum(key(part, label.get(part)) != key(part, prediction.get(part)) for part in CORE)

    def own(self, effects: Iterable[Effect], host: str) -> frozenset[Item]:
        """The items that only this host's pages need and the words that only they contain."""
        own = set()
        for effect in effects:
            hosts = {self.host[name] for name in effect.changed}
            held = {self.host[name] for name in self.holds(effect.item)}
            if hosts == {host} or held == {host}:
                own.add(effect.item)
        return frozenset(own)


def _searchable(body: bytes) -> str:
    page = read_page(body, "")
    text = "".join(page.tree.itertext()) + page.text
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def describe(ablation: Ablation, predictions: Mapping[str, Prediction]) -> str:
    rows = ablation.rows(predictions)
    result, (macro, hosts) = score(rows), macro_core(rows)
    return (
        f"core {result.core:.4f} micro, {macro:.4f} macro over {hosts} hosts, all {result.all:.4f}, "
        f"text {result.text:.4f}, every core field right in {result.whole} of {result.documents}"
    )


def unseen(ablation: Ablation, effects: Sequence[Effect]) -> tuple[dict[str, frozenset[Item]], dict[str, Prediction]]:
    """By host, what only its pages need or hold; and the predictions for its pages without all of that."""
    own_by_host: dict[str, frozenset[Item]] = {}
    predictions: dict[str, Prediction] = {}
    for host in sorted(set(ablation.host.values())):
        own_by_host[host] = ablation.own(effects, host)
        predictions |= ablation.predict(own_by_host[host], [n for n, h in ablation.host.items() if h == host])
    return own_by_host, predictions


def main() -> int:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("corpus", type=Path)
    args.add_argument("--only", choices=("words", "numbers"), help="one half of it: each takes minutes")
    options = args.parse_args()
    ablation = Ablation(load_pages(options.corpus))
    print("with everything:", describe(ablation, ablation.baseline))
    if options.only != "numbers":
        _print_words(ablation)
    if options.only != "words":
        _print_numbers(ablation)
    return 0


def _print_words(ablation: Ablation) -> None:
    bare = ablation.predict(frozenset(ablation.selectors), list(ablation.pages))
    print("without any layout:", describe(ablation, bare), flush=True)
    words = [item for table in ablation.tables.values() for item in table]
    effects = list(ablation.effects([*ablation.selectors, *words]))
    _print_tables(ablation, effects)
    own_by_host, predictions = unseen(ablation, effects)
    print("without what only the host's own pages need or hold:", describe(ablation, predictions))
    for host, own in own_by_host.items():
        names = [name for name, its in ablation.host.items() if its == host]
        before, after = ({name: source[name] for name in names} for source in (ablation.baseline, predictions))
        scores = (f"{score(ablation.rows(predictions)).core:.3f}" for predictions in (before, after))
        print(f"| {host} | {len(names)} | {' | '.join(scores)} | {' '.join(sorted(item.word for item in own))} |")


def _print_tables(ablation: Ablation, effects: Sequence[Effect]) -> None:
    """Prints for each table how many words occur on a page, change a page, change one host's pages, cost a core
    field."""
    by_table: dict[str, list[Effect]] = defaultdict(list)
    for effect in effects:
        by_table[effect.item.table].append(effect)
    sizes = {table: len(words) for table, words in (*ablation.tables.items(), ("layouts", ablation.selectors))}
    for table, its in by_table.items():
        live = [effect for effect in its if effect.changed]
        one = [effect for effect in live if len({ablation.host[name] for name in effect.changed}) == 1]
        costly = [f"{effect.item.word} ({effect.core_lost})" for effect in its if effect.core_lost > 0]
        print(f"| {table} | {sizes[table]} | {len(its)} | {len(live)} | {len(one)} | {' '.join(costly)} |", flush=True)


def _print_numbers(ablation: Ablation) -> None:
    for item in ablation.numbers:
        cells = [ablation.effect(item._replace(factor=factor)) for factor in (0.5, 2.0)]
        counts = (f"{len(effect.changed)} | {effect.core_lost:+d}" for effect in cells)
        print(f"| {item.word} | {' | '.join(counts)} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
