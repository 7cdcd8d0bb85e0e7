"""A form that somebody sent, with everything that its handler needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from etl.archive.queries.search import InvalidFilter, RecordFilter, filter_of
from etl.archive.storage.archive import Archive
from etl.browse.errors import RequestRefused
from etl.browse.http.responses import Responder, see_other
from etl.browse.http.routes import MAX_ROW_ID, Archivist, OpenArchive, Respond, Tokens
from etl.browse.http.session import FormTokens, Person, current_person
from etl.browse.pages.correction import read_form


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form, by the names of its fields, with the person who sent it, and the archive."""

    request: Request
    person: Person
    archive: Archive
    responder: Responder
    tokens: FormTokens
    fields: Mapping[str, str]

    @property
    def by(self) -> str:
        """The name of the person."""
        return self.person.name

    def require(self, subject: int | str) -> None:
        """Raises `RequestRefused` unless the form has a valid token for the person and the subject. Called first by
        every handler."""
        self.tokens.require(self.request, self.person, subject, self.get("token"))

    def token(self, subject: int | str) -> str:
        """A token for the form when it is shown again."""
        return self.tokens.token(self.person, subject)

    def get(self, name: str) -> str:
        """A field; empty if the form has none of that name."""
        return self.fields.get(name, "")

    def words(self, name: str) -> str:
        """A field with single spaces between its words."""
        return " ".join(self.get(name).split())

    def number(self, name: str) -> int:
        """The number of a row. Raises `RequestRefused` if it is invalid."""
        value = self.get(name)
        if not (value.isascii() and value.isdigit() and 0 < int(value[:20]) <= MAX_ROW_ID):
            raise RequestRefused(400, "form_text")
        return int(value)

    def filter(self, name: str) -> RecordFilter:
        """The filter in a hidden field, which `query_of` wrote. Raises `RequestRefused` if it is invalid."""
        try:
            return filter_of(self.get(name))
        except InvalidFilter as error:
            raise RequestRefused(400, "form_text") from error

    def see_other(self, path: str) -> Response:
        """Redirects to another path of the browser."""
        return see_other(self.request, path)


async def _reader(request: Request) -> Person:
    person = current_person(request)
    if person is None:
        raise RequestRefused(403, "no_person")
    return person


Reader = Annotated[Person, Depends(_reader)]
FormFields = Annotated[dict[str, str], Depends(read_form)]


async def _of_reader(
    request: Request, reader: Reader, archive: OpenArchive, responder: Respond, tokens: Tokens, fields: FormFields
) -> SentForm:
    return SentForm(request, reader, archive, responder, tokens, fields)


async def _of_archivist(
    request: Request, archivist: Archivist, archive: OpenArchive, responder: Respond, tokens: Tokens, fields: FormFields
) -> SentForm:
    return SentForm(request, archivist, archive, responder, tokens, fields)


ReaderForm = Annotated[SentForm, Depends(_of_reader)]
ArchivistForm = Annotated[SentForm, Depends(_of_archivist)]
"""The form of somebody who may correct; others are refused."""
