"""Chooses the language of a page: the one selected with the switch, else the web browser's, else Chinese."""

from urllib.parse import urlencode

from starlette.requests import Request

from etl.browse.language.translation import CHINESE, ENGLISH, LANGUAGES, Language

PARAMETER = "language"
"""The URL parameter that selects the language, for this page and later ones."""
COOKIE = "gongkai_language"


def language_of(request: Request) -> Language:
    """The language of the answer to a request."""
    return LANGUAGES.get(request.cookies.get(COOKIE, "")) or _accepted(request.headers.get("accept-language", ""))


def _accepted(header: str) -> Language:
    """The first of Chinese and English in the order of preference (RFC 9110, 12.5.4).

    If the header has neither, English: such readers probably understand it better than Chinese.
    """
    preferred = sorted(map(_weighted, header.lower().split(",")), key=lambda item: -item[1])
    wanted = [tag.partition("-")[0] for tag, weight in preferred if tag and weight > 0]
    known = next((LANGUAGES[tag] for tag in wanted if tag in LANGUAGES), None)
    return known or (CHINESE if not wanted or "*" in wanted else ENGLISH)


def _weighted(item: str) -> tuple[str, float]:
    tag, _, parameter = item.partition(";")
    try:
        return tag.strip(), float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        return tag.strip(), 0


def switch_address(request: Request, language: Language) -> str:
    """The address of the same page in another language, relative to this one."""
    return f"?{urlencode([*other_parameters(request), (PARAMETER, language.code)])}"


def other_parameters(request: Request) -> list[tuple[str, str]]:
    """The parameters of the request other than that of the language."""
    return [(name, value) for name, value in request.query_params.multi_items() if name != PARAMETER]
