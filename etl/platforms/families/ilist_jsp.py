"""iList.jsp (/info/iList.jsp): Mianyang, Deyang, Changji, Hancheng; its lists are not read.

Lists `/info/iList.jsp?node_id={organ}&cat_id={column}[&tm_id={template}][&site_id=CMS…]&cur_page={n}`, pages from 1.
From other people's code, read in November 2026 (mz.gov.cn: rows `.list_div li`; deyang.gov.cn: 14 pages by `cur_page`;
hancheng.gov.cn: tables; shaanxi.gov.cn and Shanghai's bureaus before they moved to other systems). Each template has
its own rows, documents are below the paths of their columns, and how a list says its size is not known. A single site
can be described for the platform `generic`, with `pages` and a `page_count` if it has one.
"""

from etl.platforms.base import Fingerprint, Platform


class IListJsp(Platform):
    """iList.jsp (/info/iList.jsp)."""

    name = "ilist_jsp"
    lists = False
    fingerprints = (Fingerprint("list /info/iList.jsp?cat_id=", "path", r"^/info/[in](?:List|Index)\.jsp\?", 2),)
