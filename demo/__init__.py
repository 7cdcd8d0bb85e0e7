"""Local web servers that behave like the families of government sites, with invented documents.

| module | what |
| --- | --- |
| documents, catalogue, genres, yearly, planted, texts/ | the documents |
| server, faults | serving them, and doing it wrong |
| trs_wcm, gkmlpt … | one module a platform family, named like the platform; `demo()` gives its site |
| goldens | what a correct archive holds of a site |
| sources/ | a source file for each demo site, `{base}` for its address |

A family is added with a module and a source file; nothing here names one.
"""

import importlib
from pathlib import Path

import yaml

from demo.server import Site

SOURCES = Path(__file__).parent / "sources"


def demo_sites() -> list[Site]:
    """A fresh site for each source file, named by its id."""
    sites = []
    for path in sorted(SOURCES.glob("*.yaml")):
        platform = yaml.safe_load(path.read_text("utf-8"))["platform"]
        if not (Path(__file__).parent / f"{platform}.py").exists():
            raise ValueError(
                f"demo/sources/{path.name} names the platform {platform!r}, and demo/{platform}.py is missing"
            )
        site: Site = importlib.import_module(f"demo.{platform}").demo()
        if site.name != path.stem:
            raise ValueError(
                f"demo/{platform}.py calls its site {site.name!r}, its source file is demo/sources/{path.name}"
            )
        sites.append(site)
    return sites


def source_text(site: Site) -> str:
    """The site's source file with the address at which it is served."""
    return (SOURCES / f"{site.name}.yaml").read_text("utf-8").replace("{base}", site.base)
