"""Hebei's columns (/columns/{uuid}/): hebei.gov.cn, Shijiazhuang and its districts; its lists are not read.

Lists `/columns/{uuid}/index.html`, documents `/columns/{uuid}/{yyyymm}/{dd}/{uuid}.html`. From addresses in other
people's code, read in November 2026; one crawler takes `table tr` with a link and a date in the last cell for the rows
of hebei.gov.cn, 20 a page. Nobody here saw a page: how further pages are asked for is not known.
"""

from etl.platforms.base import Fingerprint, Platform

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_DOCUMENT = rf"/columns/{_UUID}/\d{{6}}/\d\d/{_UUID}\.html"


class HebeiColumns(Platform):
    """Hebei's columns (/columns/{uuid}/)."""

    name = "hebei_columns"
    lists = False
    fingerprints = (
        Fingerprint("list /columns/<uuid>/", "link", rf"^/columns/{_UUID}/(?:index\.html)?$", 2),
        Fingerprint("document /columns/<uuid>/<month>/<day>/<uuid>.html", "link", _DOCUMENT, 2),
        Fingerprint("list or document below /columns/<uuid>/", "address", rf"/columns/{_UUID}/", 1),
    )
