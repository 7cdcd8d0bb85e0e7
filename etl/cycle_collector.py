"""When Python looks for reference cycles: not while modules are imported, and seldom afterwards."""

import gc

_ALLOCATIONS = 5_000
"""Objects allocated and not freed between two searches. The default, 700, takes some 7 % of the CPU of reading a page;
50,000 takes no less than this, but a process that reads pages then holds 124 MB instead of 56."""


def pause() -> None:
    """Stop searching. Importing makes no garbage, but searching meanwhile takes a command a quarter of a second."""
    gc.disable()


def resume() -> None:
    """Search again, if that was paused, but only among objects made from now on."""
    if gc.isenabled():
        return
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)
    gc.enable()
