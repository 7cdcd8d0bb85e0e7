"""The archive browser as it is in Airflow: below /archive, for somebody whom the guard let in."""

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from etl.browse.http.session import PERSON, Person


def admitted(app: ASGIApp, person: Person | None) -> Starlette:
    """The application below /archive, for this person; None: of whom nothing is known."""

    async def let_in(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope | {PERSON: person}, receive, send)

    return Starlette(routes=[Mount("/archive", let_in)])
