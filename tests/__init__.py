"""Tests, and what they share (`tests.support`)."""

import gc

# What is imported stays, and looking through it for garbage takes each worker 2 s of 6.
# `pytest_collection_finish` in conftest.py begins to look, at what comes after.
gc.disable()
