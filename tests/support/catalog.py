"""`python -m tests.support.catalog`: writes the texts of templates and code into the catalog, names what it lacks."""

from io import BytesIO

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from etl.browse.language.translation import CATALOG

BROWSE = CATALOG.parent.parent
_METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.xml", "jinja2"), ("**.py", "python")]
_JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}
_OPTIONS = {f"**/templates/**.{ending}": _JINJA for ending in ("html", "xml")}
_KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}

_HEADER = r"""# The archive browser in Chinese. `python -m tests.support.catalog` adds the texts that are missing.
msgid ""
msgstr ""
"Language: zh_Hans\n"
"Plural-Forms: nplurals=1; plural=0;\n"
"Content-Type: text/plain; charset=utf-8\n"

"""


def texts() -> Catalog:
    """Every text that templates and code say, without Chinese."""
    catalog = Catalog()
    messages = extract_from_dir(BROWSE, _METHODS, _OPTIONS, _KEYWORDS)  # type: ignore[arg-type]
    for file, _, message, _, context in sorted(messages, key=lambda each: (each[0], each[1])):
        catalog.add(message, locations=[(file, 1)], context=context)
    return catalog


def translated() -> Catalog:
    """The catalog as it is kept."""
    with CATALOG.open("rb") as file:
        return read_po(file)


def written(catalog: Catalog) -> str:
    """The catalog as a file: in the order of its texts, without line numbers, which change with every edit."""
    output = BytesIO()
    write_po(output, catalog, width=120, omit_header=True, no_location=True, sort_output=True, ignore_obsolete=True)
    return _HEADER + output.getvalue().decode()


def main() -> None:
    """Rewrites the catalog."""
    catalog = translated()
    catalog.update(texts(), no_fuzzy_matching=True, update_creation_date=False)
    CATALOG.write_text(written(catalog), encoding="utf-8")
    for message in catalog:
        if message.id and not (all(message.string) if isinstance(message.string, tuple) else message.string):
            print("no Chinese:", message.id)


if __name__ == "__main__":
    main()
