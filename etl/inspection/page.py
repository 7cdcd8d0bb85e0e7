"""Renders the report of an inspection as a page in both languages."""

from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from etl.clock import CHINA
from etl.fields import FIELDS
from etl.inspection.checks import AT_RISK, PROPERTIES
from etl.inspection.inspecting import Inspection


def page(inspection: Inspection) -> str:
    """HTML without scripts, all in one file."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    oldest = inspection.fixity.oldest
    names = {"source": "来源 · source", "records": "记录 · records"}
    rendered: str = template.render(
        inspection=inspection,
        properties=PROPERTIES,
        at_risk=AT_RISK,
        china=f"{inspection.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        oldest=f"{oldest.astimezone(CHINA):%Y-%m-%d %H:%M}" if oldest else "–",
        columns=[
            names.get(name) or f"{FIELDS[name].chinese} · {FIELDS[name].english}"
            for name in (inspection.fields[0] if inspection.fields else names)
        ],
    )
    return rendered
