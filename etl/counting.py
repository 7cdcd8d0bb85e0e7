"""Numbers of things in English."""


def counted(number: int, thing: str) -> str:
    """`1 daily root`, `2 daily roots`, `2 entries`: the number, and the thing in the form that goes with it."""
    if number == 1:
        return f"1 {thing}"
    return f"{number} {thing[:-1]}ies" if thing.endswith("ry") else f"{number} {thing}s"
