"""WARC-Block-Digest and WARC-Payload-Digest: `algorithm:value`, the value in base 16, 32 or 64."""

import base64
import binascii
import hashlib
import re
from typing import Any

_ALGORITHMS = {
    re.sub(r"[^a-z0-9]", "", name): name for name in hashlib.algorithms_guaranteed if not name.startswith("shake")
}


class Digest:
    """A digest that a record states, compared with that of the bytes that `update` takes."""

    def __init__(self, stated: str) -> None:
        name, _, value = stated.strip().partition(":")
        algorithm = _ALGORITHMS.get(re.sub(r"[^a-z0-9]", "", name.lower()), "")
        self._stated = stated
        self._hash: Any = hashlib.new(algorithm, usedforsecurity=False) if algorithm else None
        self._value = _bytes_of(value.strip(), self._hash.digest_size) if self._hash else None

    @property
    def is_known(self) -> bool:
        """Whether it can be compared: its algorithm is known, and its value has the length for that algorithm."""
        return self._value is not None

    @property
    def key(self) -> str:
        """The digest in one form, whatever the encoding and the spelling of the algorithm in which it is stated."""
        return f"{self._hash.name}:{self._value.hex()}" if self._value is not None else self._stated

    def update(self, data: bytes) -> None:
        """Takes the next bytes."""
        if self.is_known:
            self._hash.update(data)

    def may_be_of(self, data: bytes) -> bool:
        """Whether these bytes have the stated digest, or it cannot be compared."""
        self.update(data)
        return self.matches or not self.is_known

    @property
    def matches(self) -> bool:
        """Whether the bytes so far have the stated digest."""
        return self.is_known and self._hash.digest() == self._value


def _bytes_of(value: str, size: int) -> bytes | None:
    """The value as `size` bytes, decoded with the encoding of RFC 4648 that fits its length; None if none fits."""
    try:
        if len(value) == 2 * size:
            return bytes.fromhex(value)
        bare = value.rstrip("=")
        if len(bare) == -(-size * 8 // 5):
            return base64.b32decode(bare.upper() + "=" * (-len(bare) % 8))
        if len(bare) == -(-size * 8 // 6):
            return base64.urlsafe_b64decode(bare.replace("+", "-").replace("/", "_") + "=" * (-len(bare) % 4))
    except (ValueError, binascii.Error):
        return None
    return None
