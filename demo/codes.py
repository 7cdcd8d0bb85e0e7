"""Organisation codes and index numbers of invented agencies, with the check characters of GB 11714 and GB 32100."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100: no I O Z S V."""


def organisation_check(body: str) -> str:
    """The ninth character of an organisation code (GB 11714) for its first eight."""
    total = sum(weight * int(char, 36) for weight, char in zip((3, 7, 9, 10, 5, 8, 4, 2), body, strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def credit_code(body: str, region: str) -> str:
    """The 18 characters of GB 32100 for an agency (`11`), its region and its organisation code's first eight."""
    code = f"11{region}{body}{organisation_check(body)}"
    total = sum(ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(code))
    return code + ALPHABET[-total % 31]


def spoiled(code: str) -> str:
    """The code with a wrong check character."""
    return code[:-1] + ("1" if code[-1] != "1" else "2")
