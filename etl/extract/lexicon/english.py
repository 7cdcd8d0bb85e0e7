"""English labels, for pages that have no Chinese ones."""

import re

from etl.extract.lexicon.words import split_words

FIELD_OF_ENGLISH: dict[str, str] = {
    key: name
    for name, keys in (
        ("index_number", "indexnumber indexno indexcode"),
        ("document_number", "documentnumber documentno issuenumber issueno"),
        ("publisher", "issuingagency issuingauthority issuingdepartment issuingorgan publishingagency issuedby"),
        ("written_date", "issuedate dateofissue issuingdate dateissued dateofwriting writtendate"),
        ("published_date", "publishdate publishingdate publicationdate dateofpublication releasedate publishedon"),
        ("effective_date", "effectivedate dateofeffect effectivefrom"),
        ("expiry_date", "expirydate expirationdate"),
        ("subject_category", "subjectcategory topiccategory subjectclassification"),
        ("validity", "validity"),
        ("keywords", "keywords keyword"),
    )
    for key in split_words(keys)
}
"""Field by the letters of an English label, for pages in English. `Date`, `Title` and `Source`
are missing, because any page may have these words."""
FIELD_OF_BYLINE = {"source": "source", "from": "source"} | dict.fromkeys(
    split_words("date time published posted released updated updatetime pubdate pubtime"), "published_date"
)
"""Field by an English word in a line that has a date."""
_ENDS_OF_BYLINE = frozenset(split_words("author editor views view hits clicks font print share"))


def is_of_byline(words: list[re.Match[str]], floor: int) -> bool:
    """Whether the last of some words is a label in a line with date and source, such as `Source`. No English words may
    precede it except the value of another label, and before `Date` not even that (Adoption Date)."""
    key = words[-1][0].lower()
    if key not in FIELD_OF_BYLINE and key not in _ENDS_OF_BYLINE:
        return False
    before = words[-1].string[words[-2].end() : words[-1].start()] if len(words) > 1 else ""
    return not before or not before.isspace() or (floor > 0 and words[-1][0].istitle() and key not in ("date", "time"))
