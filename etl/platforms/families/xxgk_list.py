"""xxgk-list (/xxgk-list-{name}.html): Ji'an in Jiangxi, Dazhou in Sichuan; its lists are not read.

Lists `/xxgk-list-{name}.html` and `/news-list-{name}.html`, documents `/xxgk-show-{number}.html` and
`/news-show-{number}.html`. From other people's code, read in November 2026: older sites (yugan.gov.cn) have further
pages at `/xxgk-list-{name}-{n}.html`; newer ones (jian.gov.cn, zjj.dazhou.gov.cn) get the rows by
`POST /api-ajax_list-{page}.html` with a form `ajax_type[]=21_xxgk&ajax_type[]={column}&ajax_type[]=21&ajax_type[]=xxgk&
ajax_type[]=Y-m-d&ajax_type[]=50&ajax_type[]=20&ajax_type[7][]=is_top DESC&…&is_ds=1`, which answers
`{total, data: [{title, url, updatetime, inputtime}]}`. Nobody here saw a page, and so not where it has those values.
"""

from etl.platforms.base import Fingerprint, Platform

_PAGE = r"/(?:xxgk|news)-(?:list-\w+(?:-\d+)?|show-\d+)\.html"


class XxgkList(Platform):
    """xxgk-list (/xxgk-list-{name}.html)."""

    name = "xxgk_list"
    lists = False
    fingerprints = (
        Fingerprint("list /xxgk-list-<name>.html, document /xxgk-show-<number>.html", "path", _PAGE, 2),
        Fingerprint("its service /api-ajax_list-<page>.html", "markup", r"/api-ajax_list-", 3),
    )
