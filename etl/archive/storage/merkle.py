"""Merkle trees of RFC 6962, section 2.1: SHA-256 over `0x00` and a leaf, or over `0x01` and two nodes.

If the last node of a level has no neighbour, it moves up unchanged, which gives the tree of the RFC. An audit path
proves that a leaf is at a certain index in a tree of a certain size.
"""

import hashlib
from collections.abc import Iterator, Sequence

_LEAF, _NODE = b"\0", b"\1"


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(_LEAF + entry).digest()


def root_hash(leaves: Sequence[bytes]) -> bytes:
    """The root over the hashes of leaves, in their order; without leaves, the hash of no bytes."""
    *_, top = _levels(leaves)
    return top[0] if top else hashlib.sha256().digest()


def audit_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The nodes that lead from the leaf at `index` to the root, the lowest first."""
    siblings = []
    for level in _levels(leaves):
        if index ^ 1 < len(level):
            siblings.append(level[index ^ 1])
        index >>= 1
    return siblings


def _levels(leaves: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    level = leaves
    yield level
    while len(level) > 1:
        level = [_parent(level[place : place + 2]) for place in range(0, len(level), 2)]
        yield level


def _parent(nodes: Sequence[bytes]) -> bytes:
    return nodes[0] if len(nodes) == 1 else hashlib.sha256(_NODE + nodes[0] + nodes[1]).digest()
