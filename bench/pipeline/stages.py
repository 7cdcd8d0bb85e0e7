"""What a crawl spends its time on, what that buys, and what would save it: a table of docs/speed.md."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the work: the modules of `etl` that do it, by the beginnings of their paths below `etl/`."""

    name: str
    modules: tuple[str, ...]
    buys: str
    saves: str


IMPORTS = "start of processes"
OTHERS = "all others"
STAGES = (
    Stage(
        IMPORTS,
        (),
        "a command, and a process for each core whose crash or hang costs one page",
        "paid once a crawl, in Airflow once a batch, the readers' modules once a worker: larger batches; a tenth of it "
        "is compiling patterns",
    ),
    Stage(
        "lists",
        (
            "platforms/",
            "catalog/",
            "pipeline/stages/listing",
            "pipeline/stages/catalog_walk",
            "pipeline/stages/walked_list",
        ),
        "completeness: a sign of more pages that nothing understood makes the run red",
        "reading lists in the readers' processes would not save, but use the second core meanwhile (reckoned: 4 % of "
        "the time of 2,000 pages)",
    ),
    Stage(
        "requests",
        ("fetch/", "event_loop", "outside"),
        "addresses guarded, paces kept, decoding within limits, headers kept as received",
        "a client in C instead of httpcore and h11 (reckoned: 1 ms); httpx's client above them is passed by",
    ),
    Stage(
        "text and tree of a page",
        ("web/", "extract/shown/", "extract/page/", "extract/text/", "extract/stages"),
        "one walk gives every rule its lines, what is hidden, and what scripts write",
        "the walk in C (reckoned: 1.5 ms); compiled with mypyc, without `iterwalk`, and with nodes as structs it took "
        "as long as before (tried)",
    ),
    Stage(
        "fields, title, files, kind",
        ("extract/rules/", "extract/lexicon/", "extract/page_kind", "extract/codes", "dates", "document_number"),
        "metadata with its evidence, and a flag where it is in doubt",
        "nothing large: some forty rules of 0.05 ms each, and caches that answer nine of ten questions about a line; "
        "all rules compiled with mypyc took an eighth less (tried)",
    ),
    Stage(
        "identity and similarity of texts",
        ("extract/similarity", "extract/content_id", "extract/counters", "extract/citing/", "archive/records/near"),
        "same and nearly same texts are known, documents that are cited are found",
        "nothing: hashing is native code already",
    ),
    Stage(
        "hand-over between processes",
        ("files/process/", "pipeline/reading/"),
        "a page that hangs, crashes or eats memory is an outcome of that page",
        "threads without the interpreter's lock, in a later Python (reckoned: 0.5 ms, and a core's start); JSON by "
        "msgspec (tried: 0.05 ms)",
    ),
    Stage(
        "bytes to the bucket",
        ("archive/storage/bucket", "archive/storage/blobs"),
        "exact bytes, their checksum verified by the server",
        "one object for many small bodies (reckoned: 2.5–4 ms with the server's part): refused, since each body would "
        "then be found, checked and restored by an index of our own",
    ),
    Stage(
        "captures: log and rows",
        ("archive/crawls/", "archive/storage/", "pipeline/stages/fetching"),
        "nothing fetched is lost or fetched twice, whatever dies",
        "larger transactions (reckoned: 0.2 ms for 100 pages instead of 25, which a crash would fetch again)",
    ),
    Stage(
        "records and versions",
        ("archive/records/", "pipeline/documents", "pipeline/stages/extracting", "reasons"),
        "versions, corrections, removals and a change feed that misses and doubles nothing",
        "statements as text instead of built ones (reckoned: 0.5 ms)",
    ),
    Stage(
        "search",
        ("archive/records/search_index", "folding"),
        "exact search in all texts, from the moment of recording",
        "the index made at night: new records would be compared one by one until then; larger groups (tried: 0.1 ms)",
    ),
    Stage(
        "texts of files",
        ("files/",),
        "attachments are searched and read like pages",
        "reading them later, in a task of their own; storing the readings of a group together (reckoned: 0.1 ms)",
    ),
)
_FRAME = re.compile(r"^(?P<name>.+) \((?P<file>[^()]+?)(?::\d+)?\)$")


def stage_of(stack: str) -> str:
    """The stage of a sample: that of the innermost module of `etl`; the longest beginning of a path decides."""
    files = [match["file"] for each in stack.split(";") if (match := _FRAME.match(each))]
    if any("importlib" in file for file in files):
        return IMPORTS
    own = (re.search(r"(?:^|/)etl/(.+\.py)$", file) for file in reversed(files) if "site-packages" not in file)
    module = next((match[1] for match in own if match), "")
    matching = [(len(prefix), stage.name) for stage in STAGES for prefix in stage.modules if module.startswith(prefix)]
    return max(matching)[1] if matching else OTHERS


def stage_table(samples: Iterable[str], pages: int, rate: int) -> Sequence[str]:
    """A table in Markdown, milliseconds a page by stage. `samples`: lines `frame;frame;… number`, `rate` a second."""
    counted: Counter[str] = Counter()
    for line in samples:
        stack, _, number = line.rstrip().rpartition(" ")
        if number.isdecimal():
            counted[stage_of(stack)] += int(number)
    total = sum(counted.values())
    lines = ["| what for | ms a page | share | what it buys | what would save it |", "| --- | --- | --- | --- | --- |"]
    for stage in sorted(STAGES, key=lambda stage: -counted[stage.name]):
        spent = counted[stage.name]
        lines.append(
            f"| {stage.name} | {spent * 1000 / rate / pages:.1f} | {spent / total:.0%} | {stage.buys} | {stage.saves} |"
        )
    rest = counted[OTHERS]
    lines.append(f"| {OTHERS} | {rest * 1000 / rate / pages:.1f} | {rest / total:.0%} | | |")
    return lines
