"""Roots and paths are those of RFC 6962."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.archive.storage.merkle import audit_path, leaf_hash, root_hash
from etl.export.proof.verify import climb

# The entries and roots of the tests of Certificate Transparency's reference implementation.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def split(leaves: list[bytes]) -> bytes:
    """The root as the RFC defines it: over the two sides of the largest power of two below the number of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    left = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + split(leaves[:left]) + split(leaves[left:])).digest()


@pytest.mark.parametrize("size", ROOTS)
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert root_hash([leaf_hash(entry) for entry in ENTRIES[:size]]).hex() == ROOTS[size]


@given(st.integers(1, 300), st.data())
def test_a_path_leads_from_each_leaf_to_the_root_and_from_no_other_place(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(str(number).encode()) for number in range(size)]
    root = split(leaves)
    assert root_hash(leaves) == root
    index = data.draw(st.integers(0, size - 1))
    path = [node.hex() for node in audit_path(leaves, index)]
    assert climb(leaves[index], index, size, path) == root.hex()
    other = data.draw(st.integers(0, size + 1))
    if other != index:
        wrong = other < size and leaves[other] != leaves[index]
        assert not wrong or climb(leaves[other], index, size, path) != root.hex()
