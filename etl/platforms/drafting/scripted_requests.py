"""What the scripts of a page request: calls of jQuery, axios, fetch and other libraries, tables that libraries fill."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from urllib.parse import parse_qsl

from etl.platforms.answers.answers import read_data
from etl.platforms.drafting.grids import elements_as_calls, grid_of
from etl.platforms.drafting.script_code import ScriptCode, ScriptFunction, Spot
from etl.platforms.drafting.script_expressions import Values
from etl.platforms.drafting.script_files import is_code
from etl.platforms.drafting.script_values import PAGE_NAME, SIZE_NAME, UNKNOWN, Known, Sent, plain
from etl.platforms.elements.list_addresses import is_of_list
from etl.web.page import WebPage
from etl.web.script.values import to_number

_REQUESTS = re.compile(r"ajax|json|post|fetch|request|http|axios|^get|^load|^query|^send|^call|^open$", re.IGNORECASE)
"""Names of functions that request the address that they are given."""
_NO_REQUEST = re.compile(
    r"^(?:get(?:Element|Item|Attribute|Computed|Context|Bounding|Script)|loadScript|loadCss)", re.IGNORECASE
)
_OPTIONS = frozenset(
    "type method data params success dataType where queryParams cols columns serverSide mtype contentType datatype "
    "sidePagination body pagination postData".split()
)
"""What an object with an address has if it says what to request."""
_OF_JQUERY = frozenset(("type", "success", "dataType"))
"""Options of jQuery alone, which an object may have that is passed to it later."""
_DATA = ("data", "where", "queryParams", "postData", "extraParams", "body")
_VERB = re.compile(r"(?:get|post)", re.IGNORECASE)
_PROGRAM_FILE = re.compile(r"^[\w-]+\.(?:jspx?|do|action|php|as[hp]x|json|xml|s?html?)(?:\?|$)")
_NO_SERVICE = re.compile(
    r"[\s<>{}\"'\\]|^(?:javascript|data|mailto):|\.(?:css|png|jpe?g|gif|svg|mp4|vue)(?:\?|$)|(?<!\d)\.js(?:\?|$)"
)
_MOST_REQUESTS, _MOST_HANDLERS, _LONG_SCRIPT = 60, 300, 20_000
_HANDLERS = "//@onclick[contains(., '(')] | //a/@href[starts-with(., 'javascript:') and contains(., '(')]"


@dataclass(frozen=True, slots=True)
class ScriptRequest:
    """A request as a script makes it. `data`: what it sends, in the address or, by POST, in the body. `is_wrapped`:
    whether it is made by a library that may put something before the address."""

    address: str
    is_post: bool = False
    data: Known = None
    query: Known = None
    is_json: bool = False
    is_wrapped: bool = False


def code_of(page: WebPage) -> ScriptCode:
    """The scripts in a page, and what its elements say to libraries."""
    scripts = [script.text for script in page.elements["script"] if script.text and is_code(script.get("type") or "")]
    handlers = (str(each).removeprefix("javascript:") for each in page.tree.xpath(_HANDLERS)[:_MOST_HANDLERS])
    return ScriptCode([*scripts, *elements_as_calls(page), ";\n".join(handlers)])


Place = tuple[Spot, bool, bool]
"""A bracket, whether it is that of a call, and whether an address stands there."""


def places_of_requests(code: ScriptCode) -> list[Place]:
    """Where the scripts may request something, the likeliest first."""
    # Bundles have thousands of calls that may be requests: those with an address come first, and short scripts.
    long = [len(program.tokens) > _LONG_SCRIPT for program in code.programs]
    places = sorted(
        chain(_calls(code), _option_objects(code)),
        key=lambda each: (not each[2], long[each[0].script], each[0].script, each[0].at),
    )
    return places[:_MOST_REQUESTS]


def requests_of(values: Values, places: Sequence[Place]) -> list[ScriptRequest | None]:
    """What the scripts request there, and by their elements; as many whatever the number of the page."""
    requests = [_by_call(values, spot) if is_call else _by_options(values, spot) for spot, is_call, _ in places]
    return [*requests, *_by_script_elements(values)]


def _calls(code: ScriptCode) -> Iterator[Place]:
    """Calls that may request an address which is given to them."""
    for name, brackets in code.calls.items():
        if _REQUESTS.search(name) and not _NO_REQUEST.search(name):
            for bracket in brackets:
                kind, text, _ = code.programs[bracket.script].tokens[bracket.at + 1]
                if kind in ("str", "template", "name"):
                    yield bracket, True, "/" in text or _PROGRAM_FILE.search(text[1:]) is not None


def _option_objects(code: ScriptCode) -> Iterator[Place]:
    """Objects that have an address: `{url: …}`, or `{ajax: "…"}` of DataTables."""
    for spot in chain(code.members["url"], code.members["ajax"], code.members["dataSource"]):
        opening = code.around[spot.script][spot.at - 2] if spot.at > 1 else None
        is_option = opening is not None and code.programs[spot.script].words[opening] == "{"
        if is_option and opening is not None and code.programs[spot.script].tokens[spot.at][1] != "{":
            yield Spot(spot.script, opening), False, "/" in code.programs[spot.script].tokens[spot.at][1]


def _by_call(values: Values, bracket: Spot) -> ScriptRequest | None:
    """`$.get(address, data)`, `axios.post(address, data)`, `fetch(address, options)`, `xhr.open("GET", address)`."""
    owner, name = values.code.callee(bracket)
    spots = values.code.arguments(bracket)
    source = values.code.programs[bracket.script]
    if source.words[source.closing.get(bracket.at, 0)] == "{":  # It is defined here.
        return None
    given = [values.at(spot) for spot in spots[:4]]
    verb = ""
    if given and isinstance(given[0], str) and _VERB.fullmatch(given[0]):
        verb, given = given[0], given[1:]
    address = given[0] if given else UNKNOWN
    if name == "load" and isinstance(address, str):  # `$("#list").load("list.php #rows")`
        address = address.partition(" ")[0]
    if not isinstance(address, str) or not _is_address(address) or (name == "open" and not verb):
        return None
    options = next((each for each in given[1:] if not isinstance(each, ScriptFunction)), None)
    is_post = "post" in (verb or name).lower()
    is_wrapped = owner not in ("$", "jQuery") and name not in ("load", "fetch")
    if isinstance(options, dict) and (name in ("fetch", "ajax") or _says_how(options)):
        return _with_options(values, {"url": address, **options}, bracket, is_post, "", is_wrapped=is_wrapped)
    if name == "open":
        options = _body(values, owner)
    elif options is UNKNOWN:
        options = _object_of_page(values, bracket.script)
    is_post = is_post or (name == "load" and isinstance(options, dict))
    is_json = options.is_json if isinstance(options, Sent) else is_post and is_wrapped and name != "open"
    return ScriptRequest(address, is_post, _sent(values, options), None, is_json, is_wrapped)


def _says_how(options: Mapping[str, Known]) -> bool:
    """Whether an object says how to request an address, and is not what is sent there."""
    verb = options.get("method")
    is_verb = isinstance(verb, str) and _VERB.fullmatch(verb) is not None
    return is_verb or not _OPTIONS.isdisjoint(options.keys() - {"type", "method"})


def _body(values: Values, owner: str) -> Known:
    """What is sent by the request that was opened: `xhr.send("page=1")`."""
    arguments = (values.code.arguments(call)[:1] for call in values.code.calls_on[owner]["send"])
    return next((values.at(spots[0]) for spots in arguments if spots), None)


def _by_options(values: Values, opening: Spot) -> ScriptRequest | None:
    """`$.ajax({url: …})`, `axios({url: …})`, `table.render({url: …})`, `$("#t").datagrid({url: …})`."""
    code, words = values.code, values.code.programs[opening.script].words
    outer, around, whole = opening, code.around[opening.script], dict[str, Known]()
    while words[outer.at - 1] == ":" and (above := around[outer.at]) is not None and words[above] == "{":
        outer = Spot(opening.script, above)
        around_it = values.at(outer)
        whole = {**(around_it if isinstance(around_it, dict) else {}), **whole}
    bracket = around[outer.at]
    is_argument = bracket is not None and words[bracket] == "("
    if is_argument and words[outer.at - 1] == ",":  # what is sent: `$.post(address, {url: …})`
        return None
    owner, name = code.callee(Spot(opening.script, bracket or 0)) if is_argument else ("", "")
    options = values.at(opening)
    if not isinstance(options, dict):
        return None
    options = {**whole, **options}
    for key in ("ajax", "dataSource"):
        if isinstance(options.get(key), str):
            options = {**options, "url": options[key]}
    is_grid = grid_of(name, options) is not None
    if name == "open" or not (is_grid or _OPTIONS & options.keys() or _REQUESTS.search(name)):
        return None
    is_wrapped = not (is_grid or owner in ("$", "jQuery") or _OF_JQUERY & options.keys())
    return _with_options(values, options, opening, "post" in name.lower(), name, is_wrapped=is_wrapped)


def _with_options(
    values: Values, options: Mapping[str, Known], near: Spot, is_post: bool, name: str, *, is_wrapped: bool
) -> ScriptRequest | None:
    address = options.get("url")
    if not isinstance(address, str) or not _is_address(address):
        return None
    grid = grid_of(name, options)
    verb = next((each for key in ("type", "method", "mtype") if isinstance(each := options.get(key), str)), "")
    is_post = verb.lower() == "post" if _VERB.fullmatch(verb) else is_post or bool(grid and grid.posts)
    given = next((options[key] for key in _DATA if options.get(key) is not None), None)
    query = options.get("params")
    given, query = (_object_of_page(values, near.script) if each is UNKNOWN else each for each in (given, query))
    is_json = (isinstance(given, Sent) and given.is_json) or "json" in str(options.get("contentType", "")).lower()
    is_json = is_json or (is_wrapped and is_post and "data" in options and not isinstance(given, Sent))
    data = _sent(values, given)
    if grid:
        data = _sent(values, grid.sends(plain(data) if isinstance(data, dict) else {}, options))
    if options.get("dataType") == "jsonp" and "callback" not in address:
        named = options.get("jsonp")
        data = {**(data or {}), (named if isinstance(named, str) else "callback"): "callback"}
    if not is_post and data is None:
        data, query = _sent(values, query), None
    return ScriptRequest(address, is_post, data, _sent(values, query), is_json, is_wrapped)


def _by_script_elements(values: Values) -> Iterator[ScriptRequest | None]:
    """Data that script elements load, those of the page and those that a script makes (`script.src = …`)."""
    for script in values.page.elements["script"]:
        address = script.get("src") or ""
        yield ScriptRequest(address) if "?" in address and ".js?" not in address and is_of_list(address) else None
    for spot in values.code.members["src"][:20]:
        written = values.at(spot)
        is_data = isinstance(written, str) and "callback=" in written and _is_address(written)
        yield ScriptRequest(written) if is_data else None


def _is_address(text: str) -> bool:
    return len(text) < 1000 and not _NO_SERVICE.search(text) and ("/" in text or _PROGRAM_FILE.search(text) is not None)


def bases_of(values: Values) -> list[str | None]:
    """What libraries put before the addresses that they request (`axios.create({baseURL: "/api"})`); None for what is
    not known, so that there are as many whatever is chosen."""
    known = [values.at(spot) for spot in (*values.code.members["baseURL"], *values.code.assigned["baseURL"])[:5]]
    return [each if isinstance(each, str) and each and not _NO_SERVICE.search(each) else None for each in known]


def _sent(values: Values, given: Known) -> Known:
    """What is sent, as an object: with the number of the page, and a usual number of rows, where a script has it from
    somewhere else."""
    if isinstance(given, Sent):
        given = given.value
    if isinstance(given, ScriptFunction):
        given = _filled_in(values, given)
    if isinstance(given, str) and given.lstrip().startswith("{"):
        given = _object_in(given)
    if isinstance(given, str):
        given = dict(parse_qsl(given.partition("?")[2] or given, keep_blank_values=True))
    if not isinstance(given, dict):
        return None
    return {name: values.usual(name) or UNKNOWN if value is UNKNOWN else value for name, value in given.items()}


def _object_in(text: str) -> Known:
    """The object that a text is, as scripts write it for services: `"{'page': 1}"`."""
    try:
        data = read_data(text)
    except ValueError:
        return None
    if not isinstance(data, dict):
        return None
    return {name: to_number(str(each)) if type(each) is int else each for name, each in data.items()}


def _filled_in(values: Values, function: ScriptFunction) -> Known:
    """The object that a function returns, or what it puts into the one that it is given."""
    returned = values.returned(function, [])
    if isinstance(returned, (dict, Sent, str)):
        return returned
    given = next(iter(function.parameters), "")
    filled = values.code.owned[given]
    return {name: values.at(spot) for name, spots in filled.items() for spot in spots if function.holds(spot)}


def _object_of_page(values: Values, script: int) -> Known:
    """The only object of a script that has the numbers of a page and of its rows, for a request that is given it from
    elsewhere; None if there is none, or are several."""
    if script not in values.objects_of_page:
        made = [each for each in _objects_of_page(values, script) if "url" not in each]
        is_one = len({frozenset(plain(each)) for each in made}) == 1
        values.objects_of_page[script] = made[0] if is_one else None
    return values.objects_of_page[script]


def _objects_of_page(values: Values, script: int) -> Iterator[dict[str, Known]]:
    code, words = values.code, values.code.programs[script].words
    spots = (spot for name in code.members if PAGE_NAME.fullmatch(name) for spot in code.members[name])
    for spot in (spot for spot in spots if spot.script == script and not values.is_spent):
        opening = code.around[script][spot.at - 2]
        made = values.at(Spot(script, opening)) if opening is not None and words[opening] == "{" else None
        if isinstance(made, dict) and any(map(SIZE_NAME.fullmatch, made)):
            yield made
