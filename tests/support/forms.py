"""Forms of the archive browser, as a person's web browser has them."""

import re

import httpx


def form_token(client: httpx.Client, path: str, **headers: str) -> str:
    """The token of the first form of the page; empty where it has none. JSON has none."""
    match = re.search(r'name="token" value="([^"]+)"', client.get(path, headers={"accept": "text/html"} | headers).text)
    return match[1] if match else ""
