"""In which language a page answers: as chosen with the switch, else as the web browser asks, else Chinese."""

from urllib.parse import urlencode

from starlette.requests import Request

from etl.browse.language.translation import CHINESE, ENGLISH, LANGUAGES, Language

PARAMETER = "language"
"""Of an address: it chooses the language, here and from now on."""
COOKIE = "gongkai_language"


def language_of(request: Request) -> Language:
    """The language of the answer to a request."""
    return LANGUAGES.get(request.cookies.get(COOKIE, "")) or _accepted(request.headers.get("accept-language", ""))


def _accepted(header: str) -> Language:
    """The first of Chinese and English in the order of preference (RFC 9110, 12.5.4).

    Whoever asks for neither reads English more likely than Chinese.
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
    """Those of the address that do not choose a language."""
    return [(name, value) for name, value in request.query_params.multi_items() if name != PARAMETER]
