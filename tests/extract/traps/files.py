"""Files that belong to the document, and links that are none."""

# ruff: noqa: E501 — tables of pages: a case is a line.

from tests.extract.traps.registry import trap
from tests.support.pages import TITLE, page, paragraphs

DATED = f"<h1>{TITLE}</h1><div>发布日期：2023-05-09</div>"
EDITOR = '<div class="TRS_Editor">{}</div>'
FILES = {
    "relative": ("a relative ./P0… link", "TRS WCM", "<a href='./P01.docx'>登记表.docx</a>", "P01.docx"),
    "no-ending-in-name": ("the name has no ending, the address has", "attachments", "<a href='/f/1.xlsx'>更新计划表</a>", "1.xlsx"),
    "download-service": ("a service whose query names the file", "Hanweb", "<a href='/api/file-download?fileUrl=/a/5a.pdf&amp;fileName=x'>表.pdf</a>", "5a.pdf&fileName=x"),
    "encrypted-service": ("a service with an encrypted address", "Hanweb", "<a href='/front/document/download?fileUrl=YW5U%3D'>登记表.pdf</a>", "download?fileUrl=YW5U%3D"),
    "numbered-service": ("a service that knows files by number", "attachments", "<a href='/xxgk/download.do?id=77'>登记表.pdf</a>", "download.do?id=77"),
    "onclick": ("an onclick handler", "attachments", "<a href='javascript:void(0)' onclick=\"down('/f/2.wps')\">申请书</a>", "2.wps"),
    "script-link": ("a link that a script writes", "attachments", "<script>document.write('<a href=\"./P02.ofd\">版式文件.ofd</a>');</script>", "P02.ofd"),
    "script-list": ("an array from which a script builds links", "attachments", "<script>var files=[{name:'原件.pdf', url:'http://www.yunxi.gov.cn/gk/P03.pdf'}];</script>", "P03.pdf"),
    "icon-before": ("an icon before the link", "attachments", "<img src='/icon_doc.gif'><a href='/u/bb.doc'>登记表.doc</a>", "bb.doc"),
}  # fmt: skip
for name, (what, source, link, last) in FILES.items():
    trap(f"file-{name}", what, source, page(body=paragraphs() + f"<p>{link}</p>"), files=(last,))
    trap(f"file-below-{name}", f"{what}, below the text", source, page(below=f"<div>附件：{link}</div>"), files=(last,))
trap(
    "file-in-header",
    "文件下载 in the header table",
    "attachments",
    page("<table><tr><td>文件下载</td><td><a href='/f/1.pdf'>下载</a></td></tr></table>"),
    files=("1.pdf",),
)
trap(
    "file-once",
    "linked above and below, named once",
    "attachments",
    page(above="<a href='./P01.docx'>登记表.docx</a>", below="<a href='./P01.docx'>登记表.docx</a>"),
    files=("P01.docx",),
)
SHOWN = {
    "viewer": (
        "a viewer in a frame, the file in its query",
        "<iframe src='/pdfjs/web/viewer.html?file=/u/a.pdf'></iframe>",
    ),
    "object": ("an object element", "<object data='/u/a.pdf' type='application/pdf'></object>"),
    "embed": ("an embed element", "<embed src='/u/a.pdf'>"),
}
for name, (what, html) in SHOWN.items():
    trap(
        f"file-{name}",
        f"the document is a PDF shown in {what}",
        "attachments",
        page(headline=DATED, body=html),
        files=("a.pdf",),
        text="",
    )
trap(
    "file-only",
    "an empty editor and a PDF are a document",
    "answers that are no documents",
    page(headline=DATED, body="<p><a href='./P020230509.pdf'>关于老旧电梯更新工作的通知.pdf</a></p>", container=EDITOR),
    files=("P020230509.pdf",),
    flags=("attachments_only",),
)
trap(
    "file-pictures",
    "pictures that are the whole text are kept as attachments",
    "answers that are no documents",
    page(headline=DATED, body="<p><img src='./W1.png'></p><p><img src='./W2.png'></p>", container=EDITOR),
    files=("W1.png", "W2.png"),
    flags=("images_only",),
)
NO_FILES = {
    "comment": ("a link in a comment", "<!-- <a href='./P01.docx'>登记表.docx</a> -->"),
    "no-text": ("a link without a word", "<a href='./P01.docx'></a>"),
    "hidden": ("a hidden link", "<div style='display:none'><a href='./P01.docx'>登记表.docx</a></div>"),
    "export": ("the export of the page itself", "<a href='/downxxgk.php?fid=47'>下载本信息公开文件</a>"),
    "page": ("a link to another page", "<a href='t20230501_1.html'>政策解读</a>"),
    "mail": ("an address of mail that is called like a file", "<a href='mailto:a@yunxi.gov.cn'>信箱.pdf</a>"),
    "name-only": ("the name of an annex without a link", "附件：登记表"),
}
for name, (what, html) in NO_FILES.items():
    trap(f"no-file-{name}", what, "attachments", page(body=paragraphs() + f"<p>{html}</p>"), files=())
