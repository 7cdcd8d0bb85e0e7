"""What the HTTP API reads: the browser's role may read `api_v1`, which tells of runs; pages are found by address."""

import runpy
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

COUNTS = {
    "listed": "Pages that it listed. Like the other counts NULL until its report is written.",
    "stored": "Of these, pages whose bytes were new.",
    "unchanged": "Of these, pages that were known and had not changed, or needed no request.",
    "failed": "Of these, pages that could not be had: captures tells why.",
    "excluded": "Of these, pages that are not to be had, such as those of other hosts.",
    "unfinished": "Of these, pages without an outcome: the run was cut off.",
    "records": "Records of the source at its end.",
    "created": "Records that it made.",
    "updated": "Records that got a version because their page had changed.",
    "removed": "Records that it marked as removed from their site.",
    "restored": "Records that were back on their site.",
    "duplicates": "Records of the source whose text another one has too.",
}
COLUMNS = [
    ("run_id", "u.id", "Number of the run."),
    ("source_id", "u.source_id", "Source that was crawled: sources.source_id."),
    ("kind", "u.kind", "crawl, recheck (known pages are fetched again), or import."),
    ("state", "u.state", "running, green, amber (good, with warnings) or red (something is missing)."),
    ("started_at", "u.started_at", "When it began, UTC."),
    ("finished_at", "u.finished_at", "When it ended, UTC. NULL: not yet."),
    *((name, f"(u.report->>'{name}')::bigint", comment) for name, comment in COUNTS.items()),
    ("change_seq_to", "(u.report->>'change_seq_to')::bigint", "The last change when it ended: changes.change_seq."),
    (
        "outcomes",
        "u.report->'outcomes'",
        "JSON object of outcome (docs/outcomes.md) → number of listed pages. NULL until its report is written.",
    ),
    (
        "problems",
        "u.report->'problems'",
        "JSON array of the reasons why it is red, each with code (reasons.code) and params, or a text of its own. "
        "NULL like outcomes.",
    ),
    ("warnings", "u.report->'warnings'", "The same, why it is amber."),
]

_STATED = "nullif(r.state_reason, '')"
_REASON = f"archive.reason_json({_STATED})"
STATE_COLUMNS = [
    (
        "state_reason",
        f"coalesce(archive.reason_in_english({_REASON}), {_STATED})",
        "Evidence of the last removal or return. NULL: none yet.",
    ),
    ("state_at", "r.state_at", "When it was last removed or came back, UTC. NULL: neither yet."),
    (
        "state_reason_code",
        f"{_REASON}->>'code'",
        "The same as a code: reasons.code. NULL: there is none, or the text is somebody''s own.",
    ),
    (
        "state_reason_params",
        f"{_REASON}->'params'",
        "JSON object of the parameters of that code. NULL where the code is.",
    ),
    ("checked_at", "p.checked_at", "When its page last answered well, UTC. NULL: never."),
]


def upgrade() -> None:
    _make_places("CREATE OR REPLACE", STATE_COLUMNS)
    columns = ",\n    ".join(f"{expression} AS {name}" for name, expression, _ in COLUMNS)
    op.execute(f"CREATE VIEW api_v1.runs AS SELECT\n    {columns}\nFROM archive.run u")
    op.execute("COMMENT ON VIEW api_v1.runs IS 'One row a walk over a source, or an import.'")
    for name, _, comment in COLUMNS:
        op.execute(f"COMMENT ON COLUMN api_v1.runs.{name} IS '{comment}'")
    op.execute("GRANT SELECT ON api_v1.runs TO archive_reader")
    op.execute("GRANT USAGE ON SCHEMA api_v1 TO archive_app")
    op.execute("GRANT SELECT ON ALL TABLES IN SCHEMA api_v1 TO archive_app")
    # By address or by its beginning, of whatever source: the constraint's index begins with the source.
    op.create_index("page_url_idx", "page", [sa.text("url text_pattern_ops"), sa.text("id")], schema="archive")


def downgrade() -> None:
    op.drop_index("page_url_idx", "page", schema="archive")
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA api_v1 FROM archive_app")
    op.execute("REVOKE ALL ON SCHEMA api_v1 FROM archive_app")
    op.execute("DROP VIEW api_v1.runs")
    op.execute("DROP VIEW api_v1.record_places")
    _make_places("CREATE", [])
    op.execute("GRANT SELECT ON api_v1.record_places TO archive_reader")


def _make_places(create: str, more: list[tuple[str, str, str]]) -> None:
    """`record_places` as it was made, with more columns behind."""
    views = runpy.run_path(str(Path(__file__).with_name("0003_read_surface.py")))["VIEWS"]
    (view,) = (view for view in views if view.name == "record_places")
    columns = ",\n    ".join(f"{expression} AS {name}" for name, expression, _ in [*view.columns, *more])
    op.execute(f"{create} VIEW api_v1.{view.name} AS SELECT\n    {columns}\n{view.rows}")
    op.execute(f"COMMENT ON VIEW api_v1.{view.name} IS '{view.comment}'")
    for name, _, comment in [*view.columns, *more]:
        op.execute(f"COMMENT ON COLUMN api_v1.{view.name}.{name} IS '{comment}'")
