"""Refuses parameters that a route does not have."""

from fastapi import Request
from fastapi.dependencies.utils import get_flat_dependant

from etl.browse.errors import UnknownParameter


async def refuse_unknown(request: Request) -> None:
    """A dependency of routes that raises `UnknownParameter`: a misspelt filter must not select everything."""
    known = [param.alias for param in get_flat_dependant(request.scope["route"].dependant).query_params]
    for name in request.query_params:
        if name not in known:
            raise UnknownParameter(name, known)
