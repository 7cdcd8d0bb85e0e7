"""The documents that a document's title and main text cite: a pure function, linear in their length."""

from etl.extract.citing.cited_documents import (
    CITATION_RULES,
    MAX_CITED,
    CitedDocument,
    CitingDocument,
    cited_documents,
)
from etl.extract.citing.names import cited_number_key, issued_title, title_key
from etl.extract.citing.relations import Relation

__all__ = [
    "CITATION_RULES",
    "MAX_CITED",
    "CitedDocument",
    "CitingDocument",
    "Relation",
    "cited_documents",
    "cited_number_key",
    "issued_title",
    "title_key",
]
