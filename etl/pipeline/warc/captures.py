"""A WARC record of a response, resource or revisit: its HTTP message, and whether it is complete."""

from dataclasses import dataclass, replace

from etl.outcomes import Outcome
from etl.pipeline.warc.digests import Digest
from etl.pipeline.warc.messages import Body, Head, read_body, read_head
from etl.pipeline.warc.records import BufferedLines, Record
from etl.reason_codes import Code
from etl.reasons import encode_reason

MAX_RECORD_BYTES = 200_000_000
"""Maximum size of a body that is imported, both as recorded and decompressed."""
_PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """The body of a capture, as much of it as there is. `failure` and `reason` say why it is incomplete, if it is."""

    body: bytes | None
    failure: Outcome | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WarcCapture:
    """A record whose block was read: `head` of its response (None if it has none), and `body` as recorded.

    `problem`: the stored reason why the record is incomplete or cannot be trusted, even if its body looks complete.
    `segments`: number of records that were joined. `is_open`: whether further segments must follow.
    """

    record: Record
    head: Head | None
    body: bytes
    problem: str
    block_matches: bool
    segments: int = 1
    is_open: bool = False

    @property
    def address(self) -> str:
        """WARC-Target-URI, without the angle brackets of WARC/1.0."""
        return self.record.header("warc-target-uri").strip("<>")

    @property
    def payload_digest(self) -> str:
        """WARC-Payload-Digest."""
        return self.record.header("warc-payload-digest")

    @property
    def unknown_digest(self) -> str:
        """A digest of the record that cannot be checked, if it has no digest that can."""
        stated = [text for name in _DIGESTS if (text := self.record.header(name))]
        return "" if any(Digest(text).is_known for text in stated) else next(iter(stated), "")

    def joined(self, record: Record) -> "WarcCapture | None":
        """The capture with its next segment, whose block is read here; None if the segment is of another record."""
        number, origin = record.header("warc-segment-number"), record.header("warc-segment-origin-id")
        if origin != self.record.header("warc-record-id") or number != str(self.segments + 1):
            return None
        body = self.body + record.read(max(0, MAX_RECORD_BYTES + 1 - len(self.body)))
        record.finish()
        is_last = bool(record.header("warc-segment-total-length"))
        problem = self.problem or _problem(record, block_matches=False)
        return replace(self, body=body, problem=problem, segments=self.segments + 1, is_open=not is_last)

    def content(self) -> Content:
        """The decoded body."""
        if self.head is None:
            return Content(None, Outcome.NETWORK_ERROR, self.problem)
        if len(self.body) > MAX_RECORD_BYTES:
            return Content(None, Outcome.TOO_LARGE, encode_reason(Code.BODY_OVER_LIMIT, limit=MAX_RECORD_BYTES))
        body = read_body(self.head, self.body, MAX_RECORD_BYTES)
        if body.failure is Outcome.TOO_LARGE:
            return Content(None, body.failure, body.reason)
        if self.is_open or self.problem:
            reason = self.problem or encode_reason(Code.WARC_SEGMENTS_MISSING)
            return Content(body.data, Outcome.NETWORK_ERROR, reason)
        if body.failure is not None:
            return Content(body.data, body.failure, body.reason)
        if not self._has_stated_payload(body):
            reason = encode_reason(Code.DIGEST_DIFFERS, digest=self.payload_digest[:200])
            return Content(body.data, Outcome.NETWORK_ERROR, reason)
        return Content(body.data)

    def _has_stated_payload(self, body: Body) -> bool:
        """Whether the payload digest matches, or cannot be checked. Some writers compute it from the coded bytes."""
        if self.block_matches or self.segments > 1 or not Digest(self.payload_digest).is_known:
            return True
        seen: list[bytes] = []
        for form in body.forms:
            if not any(form is other for other in seen):
                seen.append(form)
                digest = Digest(self.payload_digest)
                digest.update(form)
                if digest.matches:
                    return True
        return False


_DIGESTS = ("warc-block-digest", "warc-payload-digest")


def read_capture(record: Record) -> WarcCapture:
    """Reads the block of a record to its end."""
    stated = record.header("warc-block-digest")
    block = _Block(record, Digest(stated))
    head, problem = None, ""
    if record.kind == "resource":
        head = Head(200, [("Content-Type", record.header("content-type"))])
    else:
        try:
            head = read_head(block)
        except ValueError as error:
            problem = encode_reason(Code.NO_STATUS_LINE, error=error)
    body = block.rest(MAX_RECORD_BYTES + 1)
    record.finish()
    is_read = len(body) <= MAX_RECORD_BYTES
    block_matches = is_read and block.digest.matches
    problem = problem or _problem(record, block_matches=block_matches)
    if not problem and is_read and block.digest.is_known and not block_matches:
        problem = encode_reason(Code.DIGEST_DIFFERS, digest=stated[:200])
    is_open = record.header("warc-segment-number") == "1" and record.kind != "revisit"
    return WarcCapture(record, head, body, problem, block_matches, is_open=is_open)


def _problem(record: Record, *, block_matches: bool) -> str:
    """The stored reason why a record that was read is incomplete or cannot be trusted; empty if there is none."""
    if not record.trusted:
        return encode_reason(Code.WARC_IN_DOUBT)
    if record.damage and not block_matches:
        return record.damage
    # Revisits have no body of their own, and may say so with this header (WARC/1.1, 5.14 and 6.7.2).
    if (cause := record.header("warc-truncated")) and record.kind != "revisit":
        return encode_reason(Code.WARC_TRUNCATED, words=cause[:80])
    return ""


class _Block(BufferedLines):
    """The block of a record, read as lines and then as a whole; updates the digest while it is read."""

    def __init__(self, record: Record, digest: Digest) -> None:
        self._record, self.digest = record, digest

    def rest(self, limit: int) -> bytes:
        """The bytes that were not read yet, at most `limit`."""
        parts, size = [self._held], len(self._held)
        while size < limit and (piece := self._record.read(min(_PIECE_BYTES, limit - size))):
            self.digest.update(piece)
            parts.append(piece)
            size += len(piece)
        self._held = b""
        return b"".join(parts)

    def _has_bytes(self, *, within_line: bool) -> bool:
        if not self._held:
            self._held = self._record.read(4096)
            self.digest.update(self._held)
        return bool(self._held)
