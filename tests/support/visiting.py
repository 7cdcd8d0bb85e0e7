"""A client for the sites of `demo/`."""

import httpx


def visitor(follow_redirects: bool = True) -> httpx.Client:
    """It loads no certificates, which takes 30 ms: sites on loopback have none."""
    return httpx.Client(timeout=60, follow_redirects=follow_redirects, verify=False)
