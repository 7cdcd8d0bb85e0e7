"""Texts that code selects: names of errors, what to do, valid values of parameters. `zh_Hans.po` has the Chinese."""


def N_(text: str) -> str:
    """Marks a text for the catalog of translations; it is translated when it is shown."""
    return text


PROBLEMS: dict[str, str] = {
    "400": N_("Bad request"),
    "403": N_("Not allowed"),
    "404": N_("Not found"),
    "405": N_("Not supported here"),
    "409": N_("Not possible now"),
    "413": N_("Too large"),
    "415": N_("Wrong form format"),
    "500": N_("Internal error"),
    "503": N_("The archive is unavailable"),
    "damaged": N_("The stored bytes are damaged"),
}
"""Names of errors by HTTP status, and that of a damaged blob."""

EXPLAINED: dict[int, str] = {
    404: N_("Nothing has this address; check the number in it."),
    405: N_("This address does not accept this method."),
}
"""What is said of an error by HTTP status if no reason of its own is known."""

REFUSALS: dict[str, str] = {
    "role": N_("Only users who may run DAGs can do this: Airflow's role User, Op or Admin."),
    "no_person": N_("Log in to save searches."),
    "no_search": N_("You have no saved search of this number."),
    "form": N_("The form belongs to another user or is older than 12 hours; open it again."),
    "review_moved": N_("There is a newer version now; check it first."),
    "link_moved": N_("Somebody linked it, or took the link back, in the meantime; open the page again."),
    "no_scheduler": N_("Airflow has no DAG that crawls this source; run the command that the record shows."),
    "form_type": N_("Submit a web form (application/x-www-form-urlencoded)."),
    "form_size": N_("The form has more than 128 KB."),
    "form_text": N_("The form cannot be read."),
    "archive": N_("The database or the object storage is not responding; try again later, and tell the operator."),
    "export_large": N_("More records match than can be downloaded at once: narrow the filter, or use the command."),
    "export_empty": N_("No record matches."),
    "export_busy": N_("Other downloads are being made; try again in a minute."),
    "export_damaged": N_("Stored bytes of these records are damaged; tell the operator."),
    "cursor_of_another_feed": N_(
        "Here this change_seq has another time: it is of another archive, or this one was restored to an earlier state."
    ),
    "cursor_ahead": N_(
        "The feed ends before this change_seq: it is of another archive, or this one was restored to an earlier state."
    ),
    "no_record": N_("No record has this number."),
    "no_collection": N_("No collection has this number."),
    "no_note": N_("The record has no note of this number."),
    "no_file": N_("The archive has no file with this SHA-256."),
    "no_page": N_("No page has this number."),
    "no_version": N_("The record has no version of this number, or there is no such record."),
    "no_run": N_("No run has this number."),
    "no_address": N_("The archive has never fetched a page of this address; it must be whole, as the site writes it."),
    "no_source": N_("The archive has no record of a source with this id."),
    "no_silence": N_("There is no silence with this number; somebody may have ended it."),
    "no_memento": N_("The archive has no copy of this address."),
    "no_resource": N_("The API has nothing here; openapi.json describes what it has."),
    "broken": N_("The server's log has the details; tell the operator."),
}

FORM_PROBLEMS: dict[str, str] = {
    "value_missing": N_("Not saved: the value is missing."),
    "reason_missing": N_("Not saved: the reason is missing."),
    "record_missing": N_("Not saved: choose the record that is meant."),
    "choice_missing": N_("Not saved: choose how to correct the field."),
    "field_missing": N_("Not saved: choose the field to correct."),
    "too_long": N_("Not saved: 2,000 characters at most."),
    "no_date": N_("Not saved: no such date; write 2025-01-31."),
    "name_missing": N_("Not saved: the name is missing."),
    "name_long": N_("Not saved: a name has 80 characters at most."),
    "name_taken": N_("Not saved: you have a search of this name already."),
    "many_searches": N_("Not saved: you have 50 searches already; delete one first."),
    "moved": N_("Not saved: a newer version was made after you opened this form. Check it, then submit again."),
    "note_empty": N_("Not saved: the note is empty."),
    "note_long": N_("Not saved: a note has 4,000 characters at most."),
    "note_moved": N_("Not saved: somebody changed the note after you opened this form. Check it, then submit again."),
    "no_title": N_("Not saved: the title is missing."),
    "title_taken": N_("Not saved: there is a collection of this title already."),
    "long": N_("Not saved: a title has 100 characters at most, a description 2,000."),
    "no_reason": N_("Not saved: choose what is silenced."),
    "day_over": N_("Not saved: the last day is over; choose today or a later one."),
    "no_choice": N_("Not saved: choose a collection, or give the title of a new one."),
}
"""Why a form was not accepted: `FormProblem`, `NoteProblem` and `CollectionProblem` in `etl.browse.pages`,
`etl.archive.records.saved_searches.NameProblem`, `etl.archive.crawls.silences.SilenceProblem`."""

ALLOWED: dict[str, str] = {
    "q": N_("200 characters at most"),
    "only": N_("a facet that the list shows, written year:2024; 20 at most"),
    "without": N_("a facet that the list shows, written year:2024; 20 at most"),
    "sort": N_("relevance, published, written or captured"),
    "publisher": N_("100 characters at most"),
    "source": N_("a source's id: small letters, digits and hyphens"),
    "from": N_("a date, written 2025-01-31"),
    "to": N_("a date, written 2025-01-31"),
    "changed_since": N_("a date or a time, written 2025-01-31 or 2025-01-31T08:00Z"),
    "state": N_("one of the filter's choices; empty for all"),
    "outcome": N_("the name of an outcome, such as gone; empty for all"),
    "group": N_("stored, unchanged, failed, excluded or unfinished; empty for all"),
    "after": N_("the position given by the previous page"),
    "before": N_("the position given by the previous page"),
    "id": N_("a content id, 80 characters at most"),
    "page": N_("a number from 1 to 10000"),
    "field": N_("the name of a field, 40 characters at most"),
    "limit": N_("a number of rows: at most 200, 100 with texts, 10,000 in /archive/cdx"),
    "url": N_("an address of 2,500 characters at most"),
    "Accept-Datetime": N_("a time as in HTTP, written Sat, 01 Jun 2024 00:00:00 GMT"),
    "matchType": N_("exact, prefix or host"),
    "output": N_("cdxj, text or json"),
    "fl": N_("names of fields with commas between; the documentation lists them"),
    "with_version": N_("true or false"),
    "language": N_("zh or en"),
    "near": N_("the number of a capture"),
    "mark": N_("words on the page, 300 characters at most"),
    "label": N_("words on the page, 100 characters at most"),
    "kind": N_("disputed, flagged, no_text, similar or missing"),
    "view": N_("inline or sides"),
    "lines": N_("all or changes"),
    "a": N_("a version, written RECORD.VERSION"),
    "b": N_("a version, written RECORD.VERSION"),
}
"""The valid values of each parameter."""

SEARCH_PROBLEMS: dict[str, str] = {
    "many_words": N_("The search has too many words; leave some out."),
    "year": N_("Write a year as year:2024, several as year:2020-2024."),
    "years": N_("The first year must not be after the last."),
    "range": N_("The first day must not be after the last."),
    "state_in_words": N_("Write a state as state:current or state:removed."),
}
"""Mistakes in a query: names of `etl.archive.queries.search.InvalidFilter` that are not parameters."""

PARAMETER = N_("Parameter %(name)s: %(allowed)s.")
UNKNOWN_PARAMETER = N_("There is no parameter %(name)s here; there are: %(allowed)s.")
NOT_POSSIBLE = N_("this value is not allowed here")

SAYS_NOTHING = N_("This page shows nothing without its scripts, which the archive does not run.")
COLON = N_(": ")
"""Between a name and its value in one line."""
