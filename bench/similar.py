"""`python -m bench.similar [TEXTS]`: near duplicates among 100,000 texts, and beside datasketch if it is installed.

Starts separate PostgreSQL and S3 servers, fills them with invented texts of 1 to 6 KB and removes them afterwards.
A tenth of the texts are made from one template, three tenths from thirty others, and a twentieth are planted: another
header, a corrected figure, an added note. Prints the times to sign, rebuild and query, sizes, and how many planted
texts were found.
"""

import hashlib
import itertools
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import psutil
import psycopg

from bench.servers import own_archive
from etl.archive.records.near_duplicates import rebuild_signatures, similar_to, store_signatures
from etl.archive.storage.archive import open_archive
from etl.extract import content_hash
from etl.extract.similarity import MIN_CONTAINMENT, shingles, signatures
from etl.extract.similarity import containment as share_of
from etl.settings import Settings

PEER_TEXTS = 20_000
QUERIES = 300
FRESH = 4000
HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 3500)]
_vocabulary = random.Random(7)
WORDS = ["".join(_vocabulary.choices(HAN, k=_vocabulary.choice((2, 2, 2, 3, 4)))) for _ in range(6000)]
FREQUENCIES = list(itertools.accumulate(1 / (rank + 5) for rank in range(len(WORDS))))


@dataclass(frozen=True, slots=True)
class Planted:
    """A text that was made from another one, and how; both by their places."""

    kind: str
    original: int
    twin: int


def prose(rng: random.Random, characters: int) -> str:
    """Sentences of invented words, some of them common, in paragraphs."""
    text = ""
    while len(text) < characters:
        words = "".join(rng.choices(WORDS, cum_weights=FREQUENCIES, k=rng.randint(6, 20)))
        text += words + rng.choice(("，", "，", "。", "。\n"))
    return text[:characters]


def slot(rng: random.Random) -> str:
    """A name or a figure."""
    return rng.choice(("".join(rng.choices(HAN, k=rng.randint(2, 4))), str(rng.randint(10, 99999))))


def header(rng: random.Random) -> str:
    date = f"20{rng.randint(10, 25)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    publisher = "".join(rng.choices(WORDS, k=4))
    return f"索引号：{rng.randint(10**8, 10**9)}\n发布机构：{publisher}\n发布日期：{date}\n"


def form(rng: random.Random, characters: int, slots: int) -> Callable[[], str]:
    """A template: the same wording with other names and figures each time."""
    text = prose(rng, characters)
    places = [0, *sorted(rng.sample(range(characters), slots)), characters]
    pieces = [text[start:end] for start, end in itertools.pairwise(places)]
    return lambda: pieces[0] + "".join(slot(rng) + piece for piece in pieces[1:])


def corrected(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text))
    return text[:at] + slot(rng) + text[at:]


CHANGES: dict[str, Callable[[random.Random, str], str]] = {
    "another header": lambda rng, text: header(rng) + text,
    "a corrected figure": corrected,
    "an added note": lambda rng, text: f"{text}\n附件：1.{prose(rng, 25)}\n2.{prose(rng, 25)}",
}


def texts(number: int) -> tuple[list[str], list[Planted]]:
    """That many texts, and which of them were planted: the last twentieth, a fifth of it from the large template."""
    rng = random.Random(number)
    large = form(rng, 1500, 12)
    forms = [form(rng, rng.randint(330, 2000), rng.randint(6, 30)) for _ in range(30)]
    made: list[str] = []
    twins = number // 20
    made += [header(rng) + large() for _ in range(number // 10)]
    made += [header(rng) + rng.choice(forms)() for _ in range(number * 3 // 10)]
    made += [header(rng) + prose(rng, rng.randint(300, 1950)) for _ in range(number - twins - len(made))]
    planted = []
    for turn in range(twins):
        kind = list(CHANGES)[turn % len(CHANGES)]
        original = rng.randrange(number // 10) if turn % 5 == 0 else rng.randrange(number * 4 // 10, number - twins)
        body = made[original].split("\n", 3)[3] if kind == "another header" else made[original]
        planted.append(Planted(kind + (" (large template)" if turn % 5 == 0 else ""), original, len(made)))
        made.append(CHANGES[kind](rng, body))
    return made, planted


def fill(owner_url: str, made: Sequence[str]) -> None:
    """Records of these texts, numbered from 1 in their order, as owner and without going through a crawl."""
    with psycopg.connect(owner_url.replace("+psycopg", "")) as connection:
        connection.execute("""
            INSERT INTO archive.source (id, name, agency, region, platform, definition)
            VALUES ('bench', 'bench', 'bench', '000000', 'generic', '{}');
            INSERT INTO archive.run (source_id, key, kind, options) VALUES ('bench', 'bench', 'crawl', '{}')""")
        rows = [(number, content_hash(text).sha256, text) for number, text in enumerate(made, 1)]
        copies: list[tuple[str, Callable[[int, str, str], tuple[object, ...]]]] = [
            ("page (source_id, url, kind)", lambda number, *_: ("bench", f"https://b.example/{number}", "document")),
            ("content (hash, text, normaliser)", lambda _, digest, text: (digest, text, 1)),
            (
                "record (page_id, source_id, version, content_hash, read_with)",
                lambda number, digest, _: (number, "bench", 1, digest, "1.1"),
            ),
        ]
        for table, row in copies:
            with connection.cursor().copy(f"COPY archive.{table} FROM STDIN") as copy:
                for each in rows:
                    copy.write_row(row(*each))
        connection.execute("""
            INSERT INTO archive.capture (id, page_id, run_id, url, final_url, fetched_at, elapsed_ms, request_headers,
                                         headers, outcome, reason, log)
            VALUES (1, 1, 1, '', '', now(), 0, '[]', '[]', 'stored', '', '');
            INSERT INTO archive.record_version (record_id, version, kind, capture_id, content_hash, title, fields,
                                                attachments, flags, extractor)
            SELECT id, 1, 'created', 1, content_hash, '', '[]', '[]', '{}', '1' FROM archive.record""")
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def spread(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"median {ordered[len(ordered) // 2] * 1e3:.1f} ms, p95 {ordered[int(len(ordered) * 0.95)] * 1e3:.1f} ms"


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def tell_recall(planted: Sequence[Planted], is_hit: Callable[[Planted], bool]) -> None:
    kinds: dict[str, list[bool]] = defaultdict(list)
    for each in planted:
        kinds[each.kind].append(is_hit(each))
    for kind, hits in kinds.items():
        print(f"  {kind}: {sum(hits)} of {len(hits)} found")


def ours(settings: Settings, owner_url: str, made: Sequence[str], planted: Sequence[Planted]) -> None:
    archive = open_archive(settings)
    rng = random.Random(1)
    print(f"rebuild: {timed(lambda: rebuild_signatures(archive)):.0f} s for {len(made)} texts")
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE archive.signature")
        sizes = connection.execute("""
            SELECT pg_table_size('archive.signature') >> 20, pg_relation_size('archive.signature_pkey') >> 20,
                   pg_relation_size('archive.signature_bands_idx') >> 20, pg_table_size('archive.content') >> 20,
                   (SELECT max(n) FROM (SELECT count(*) n FROM archive.signature, unnest(bands) b GROUP BY b) AS b)
        """).fetchone()
    assert sizes
    print("table {} MB, its key {} MB, bands {} MB, beside {} MB of texts; largest bucket {}".format(*sizes))
    groups = {
        "any record": rng.sample(range(len(made)), QUERIES),
        "of the large template": rng.sample(range(len(made) // 10), QUERIES),
        "without template": rng.sample(range(len(made) * 4 // 10, len(made) * 19 // 20), QUERIES),
    }
    with archive.engine.connect() as connection:
        for name, places in groups.items():
            taken = [timed(lambda place=place: similar_to(connection, place + 1)) for place in places]
            print(f"similar records, {name}: {spread(taken)}")
        chosen = rng.sample(planted, min(len(planted), 3 * QUERIES))
        tell_recall(
            chosen,
            lambda each: any(near.record_id == each.original + 1 for near in similar_to(connection, each.twin + 1)),
        )
    fresh = [header(rng) + prose(rng, rng.randint(300, 1950)) for _ in range(FRESH)]
    print(f"sign a text, bands alone: {spread([timed(lambda text=text: signatures({'': text})) for text in fresh])}")
    with archive.engine.begin() as connection:
        rows = [{"hash": content_hash(text).sha256, "text": text} for text in fresh]
        connection.exec_driver_sql(
            "INSERT INTO archive.content (hash, text, normaliser) VALUES (%(hash)s, %(text)s, 1)", rows
        )
        taken = [timed(lambda row=row: store_signatures(connection, {row["hash"]: row["text"]})) for row in rows]
        print(f"sign a text, stored: {spread(taken)}")
    with archive.engine.connect() as connection:
        for name, places in groups.items():
            taken = [timed(lambda place=place: similar_to(connection, place + 1)) for place in places[:100]]
            print(f"right after {FRESH} texts were signed, {name}: {spread(taken)}")
    archive.engine.dispose()


def beside_datasketch(made: Sequence[str], planted: Sequence[Planted]) -> None:
    """MinHashLSH in memory over a part of the texts, with the same shingles and bands."""
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415

    chosen = [each for each in planted if each.twin >= len(made) - PEER_TEXTS // 20]
    places = sorted(
        {each.original for each in chosen}
        | {each.twin for each in chosen}
        | set(random.Random(2).sample(range(len(made)), PEER_TEXTS))
    )

    def sketch(place: int) -> MinHash:
        made_of = MinHash(128, scheme="affine32", permutations=shared)
        made_of.update_batch(list(shingles(made[place])))
        return made_of

    shared = MinHash(128, scheme="affine32").permutations
    before = psutil.Process().memory_info().rss
    index = MinHashLSH(num_perm=128, params=(32, 4))
    sketches = {}
    signing = [timed(lambda place=place: sketches.setdefault(place, sketch(place))) for place in places]
    storing = [timed(lambda place=place: index.insert(place, sketches[place])) for place in places]
    grown = (psutil.Process().memory_info().rss - before) >> 20
    print(
        f"datasketch, {len(places)} texts: sign {spread(signing)}, insert {spread(storing)}, {grown} MB more resident"
    )

    def ask(place: int) -> list[int]:
        mine = shingles(made[place])
        near_ones = [
            (share_of(mine, shingles(made[near])), near) for near in index.query(sketches[place]) if near != place
        ]
        return [near for part, near in sorted(near_ones, reverse=True)[:20] if part >= MIN_CONTAINMENT]

    print(f"similar texts, any: {spread([timed(lambda p=p: ask(p)) for p in random.Random(3).sample(places, 40)])}")
    tell_recall(chosen[:60], lambda each: each.original in ask(each.twin))


def main(number: int) -> None:
    took = time.process_time()
    made, planted = texts(number)
    size = sum(len(text.encode()) for text in made) // number
    print(f"{number} texts, {size} bytes each, {hashlib.sha256(''.join(made).encode()).hexdigest()[:8]}")
    with own_archive() as settings:
        assert settings.database_owner_url
        owner_url = settings.database_owner_url.get_secret_value()
        fill(owner_url, made)
        ours(settings, owner_url, made, planted)
    if find_spec("datasketch"):
        beside_datasketch(made, planted)
    print(f"{time.process_time() - took:.0f} s of CPU in this process")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
