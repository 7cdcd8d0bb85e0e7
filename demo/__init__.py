"""Invented government sites on local web servers: the product's demo, and the sites that tests crawl.

| module | what is in it |
| --- | --- |
| documents, catalogue, genres, yearly, special, texts/ | the invented documents |
| markup, files | documents as HTML, and their attachments |
| server, publishing, faults | serving them, and the faults of real servers |
| trs_wcm, gkmlpt … | one module for each platform family, named like it; its function `demo()` makes the site |
| living | how one site changes between two crawls |
| goldens | what a correct archive has of a site |
| sources/ | the source file of each demo site; `{base}` stands for its address |

`python -m demo` serves them all. docs/adding-a-platform.md says how to add one; no module here has a list of families.
"""

import importlib
from pathlib import Path

import yaml

from demo.server import Site

SOURCES = Path(__file__).parent / "sources"


def demo_platforms() -> dict[str, str]:
    """The platform of each source file, by the id of the source."""
    return {
        path.stem: yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["platform"]
        for path in sorted(SOURCES.glob("*.yaml"))
    }


def demo_sites() -> list[Site]:
    """A new site for each source file, in the order of their ids."""
    sites = []
    for name, platform in demo_platforms().items():
        if not (Path(__file__).parent / f"{platform}.py").exists():
            raise ValueError(
                f"demo/sources/{name}.yaml names the platform {platform!r}, and demo/{platform}.py is missing"
            )
        site = demo_site(platform)
        if site.name != name:
            raise ValueError(
                f"demo/{platform}.py calls its site {site.name!r}, its source file is demo/sources/{name}.yaml"
            )
        sites.append(site)
    return sites


def demo_site(platform: str) -> Site:
    """A new site of that family."""
    site: Site = importlib.import_module(f"demo.{platform}").demo()
    return site


def source_text(site: Site) -> str:
    """The site's source file, with the address at which it is served for `{base}`."""
    return (SOURCES / f"{site.name}.yaml").read_text("utf-8").replace("{base}", site.base)
