"""Files that belong to the document, and links that are none."""

# ruff: noqa: E501 — tables of pages: a case is a line.

from tests.extract.traps.registry import NUMBER, WHOLE, trap
from tests.support.pages import TITLE, page, paragraphs

DATED = f"<h1>{TITLE}</h1><div>发布日期：2023-05-09</div>"
EDITOR = '<div class="TRS_Editor">{}</div>'
FILES = {
    "relative": ("a relative ./P0… link", "TRS WCM", "<a href='./P01.docx'>登记表.docx</a>", "P01.docx"),
    "no-ending-in-name": ("the name has no ending, the address has", "attachments", "<a href='/f/1.xlsx'>更新计划表</a>", "1.xlsx"),
    "download-service": ("a service whose query names the file", "Hanweb", "<a href='/api/file-download?fileUrl=/a/5a.pdf&amp;fileName=x'>表.pdf</a>", "5a.pdf&fileName=x"),
    "encrypted-service": ("a service with an encrypted address", "Hanweb", "<a href='/front/document/download?fileUrl=YW5U%3D'>登记表.pdf</a>", "download?fileUrl=YW5U%3D"),
    "service-of-prefix": ("a service whose name has words between download and attach", "Epoint", "<a href='/pages/attach/downloadztbattach?attachGuid=ab-12&amp;flag=1'>招标文件.ZBWJ</a>", "downloadztbattach?attachGuid=ab-12&flag=1"),
    "numbered-service": ("a service that knows files by number", "attachments", "<a href='/xxgk/download.do?id=77'>登记表.pdf</a>", "download.do?id=77"),
    "onclick": ("an onclick handler", "attachments", "<a href='javascript:void(0)' onclick=\"down('/f/2.wps')\">申请书</a>", "2.wps"),
    "script-link": ("a link that a script writes", "attachments", "<script>document.write('<a href=\"./P02.ofd\">版式文件.ofd</a>');</script>", "P02.ofd"),
    "script-list": ("an array from which a script builds links", "attachments", "<script>var files=[{name:'原件.pdf', url:'http://www.yunxi.gov.cn/gk/P03.pdf'}];</script>", "P03.pdf"),
    "name-then-path": ("a handler with the name for saving and the path", "attachments", "<a onclick=\"downFj('登记表.doc','./W03.doc')\">下载文字版</a>", "W03.doc"),
    "path-then-name": ("a handler with a path without an ending and the name", "attachments", "<a href=\"javascript:download('/fj/1234','登记表.doc')\">登记表</a>", "1234"),
    "two-calls": ("a handler that counts the click and opens the file", "attachments", "<a href='#' onclick=\"count('fj','1');window.open('/f/3.pdf','_blank')\">附件1</a>", "3.pdf"),
    "data-address": ("an address in a data- attribute", "attachments", "<a href='javascript:;' data-name='登记表.doc' data-url='/f/4.doc' onclick='save(this)'>登记表</a>", "4.doc"),
    "input": (
        "a button of a form",
        "attachments",
        "<input type='button' value='下载申请表' onClick=\"window.open('/f/7.docx')\">",
        "7.docx",
    ),
    "button": ("a button", "attachments", "<button onclick=\"location.href='/f/5.docx'\">下载申请表</button>", "5.docx"),
    "viewer-link": (
        "a link to a viewer",
        "attachments",
        "<a href='/pdfjs/web/viewer.html?file=/u/6.pdf'>登记表</a>",
        "6.pdf",
    ),
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
    "viewer": ("a viewer in a frame, the file in its query", "<iframe src='/pdfjs/web/viewer.html?file=/u/a.pdf'></iframe>"),
    "viewer-relative": ("a viewer in a frame, the file beside the viewer", "<iframe src='/pdfjs/web/viewer.html?file=../../u/a.pdf'></iframe>"),
    "viewer-base64": ("a viewer that is given the address in base64", "<iframe src='/onlinePreview?url=aHR0cHM6Ly93d3cueXVueGkuZ292LmNuL3UvYS5wZGY='></iframe>"),
    "object": ("an object element", "<object data='/u/a.pdf' type='application/pdf'></object>"),
    "embed": ("an embed element", "<embed src='/u/a.pdf'>"),
    "embed-script": ("a viewer that a script opens", "<div id='v'></div><script>PDFObject.embed(\"/u/a.pdf\", \"#v\");</script>"),
    "viewer-option": ("a viewer's options", "<div id='v'></div><script>var v = new Pdfh5('#v', {pdfurl: '/u/a.pdf'});</script>"),
    "variable": ("a variable for a viewer", "<div id='v'></div><script>// var pdfUrl = '/u/old.pdf';\nvar pdfUrl = '/u/' + 'a.pdf';\nshow(pdfUrl);</script>"),
    "frame-source": ("a frame whose address a script sets", "<iframe id='v'></iframe><script>$('#v').attr('src', '/pdfjs/web/viewer.html?file=/u/a.pdf')</script>"),
    "data-attribute": ("an element with a data- attribute", "<div class='viewer' data-pdf='/u/a.pdf'></div>"),
    "own-element": ("an element that a script of the site turns into a viewer", "<pdf src='/u/a.pdf'></pdf>"),
    "player": ("an element of a player", "<span class='player' pdfsrc='/u/a.pdf'></span>"),
}  # fmt: skip
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
PICTURES = {
    "data-original": ("beside a placeholder", "<img src='/images/loading.png' data-original='{}'>"),
    "data-src": ("beside an inline pixel", "<img src='data:image/gif;base64,R0lGOD' data-src='{}'>"),
    "data-lazy": ("beside a blank picture", "<img src='/images/blank.gif' data-lazy-src='{}'>"),
    "srcset": ("in a srcset alone", "<img srcset='./W0s.png 1x, {} 2x'>"),
    "picture": ("in a source of <picture>", "<picture><source srcset='{}'><img src='/images/grey.png'></picture>"),
    "noscript": ("for visitors without scripts", "<img class='lazy' src='/images/placeholder.png'><noscript><img src='{}'></noscript>"),
    "empty-source": ("beside an empty src", "<img src='' data-echo='{}'>"),
}  # fmt: skip
for name, (what, html) in PICTURES.items():
    trap(
        f"file-picture-{name}",
        f"a lazily loaded picture: its address is {what}; a tracking pixel is ignored",
        "attachments",
        page(
            headline=DATED,
            body="".join(f"<p>{html.format(f'./W{i}.png')}</p>" for i in (1, 2))
            + "<img src='/t.jpg' width='1' height='1'>",
            container=EDITOR,
        ),
        files=("W1.png", "W2.png"),
        flags=("images_only",),
    )
HIDDEN = "<div class='fj' style='display:none'><a href='/u/77.pdf'><img src='/i/p.jpg'><p>点击下载此文件</p></a></div>"
trap(
    "file-hidden-block",
    "the only block of files below the text is hidden until a script shows it",
    "attachments",
    page(
        below=HIDDEN
        + "<script>if(count('.fj a')>0){document.querySelector('.fj').style.setProperty('display','')}</script>"
    ),
    files=("77.pdf",),
    flags=("hidden_file",),
)
trap(
    "file-without-address",
    "a file that is known by a number alone is not lost in silence",
    "attachments",
    page(
        body=paragraphs() + "<p><a href='javascript:;' onclick=\"download('8a0c11','登记表.doc')\">登记表.doc</a></p>"
    ),
    files=(),
    flags=("file_without_address",),
)
trap(
    "file-named-by-number-and-title",
    "a linked file is called by the document's number and title",
    "attachments",
    page(body=paragraphs() + f"<p>PDF文件查看：<a href='/u/8.pdf'>{NUMBER}{TITLE}</a></p>"),
    files=("8.pdf",),
    fields={"document_number": NUMBER},
)
trap(
    "file-named-by-another-number",
    "a linked file is called by the number and title of another document",
    "attachments",
    page(body=paragraphs() + f"<p>参见：<a href='/u/8.pdf'>{NUMBER}关于供水管网改造的通知</a></p>"),
    files=("8.pdf",),
    absent=("document_number",),
)
SENTENCE = "各街道要在本年十月底前完成摸底，逐台登记，建立台账，并向社会公布更新计划。"
CARRIED = {
    "srcdoc": ("in the srcdoc of a frame", '<iframe srcdoc="&lt;p&gt;{}&lt;/p&gt;"></iframe>', "iframe"),
    "textarea": ("in a read-only field", "<textarea readonly>{}</textarea>", "textarea"),
    "hidden-textarea": ("HTML in a hidden field", "<textarea style='display:none'>&lt;p&gt;{}&lt;/p&gt;</textarea>", "textarea"),
    "noscript": ("only for visitors without scripts", "<noscript><p>{}</p></noscript>", "noscript"),
    "template": ("in a template that a script fills in", "<script type='text/html'><p>{}</p></script>", "script"),
    "input": ("HTML in a hidden field of a form", "<input type='hidden' value='<p>{}</p>'>", "input"),
}  # fmt: skip
for name, (what, html, tag) in CARRIED.items():
    trap(
        f"carried-{name}",
        f"the text is {what}",
        "pages without text",
        page(headline=DATED, body=html.format(SENTENCE)),
        text=SENTENCE,
        flags=(f"text_in:{tag}",),
    )
trap(
    "not-carried",
    "fields of a form and a request to switch on scripts are no text",
    "pages without text",
    page(
        body=paragraphs() + f"<noscript>您的浏览器未启用脚本，部分功能无法使用，请启用后刷新。</noscript>"
        f"<form><textarea>{SENTENCE}</textarea></form>",
    ),
    text=WHOLE,
)
trap(
    "no-text",
    "a document without text, files and pictures says so",
    "pages without text",
    page(headline=DATED, body="<p></p>"),
    text="",
    files=(),
    flags=("no_text",),
)
NO_FILES = {
    "comment": ("a link in a comment", "<!-- <a href='./P01.docx'>登记表.docx</a> -->"),
    "no-text": ("a link without a word", "<a href='./P01.docx'></a>"),
    "hidden": ("a hidden link", "<div style='display:none'><a href='./P01.docx'>登记表.docx</a></div>"),
    "export": ("the export of the page itself", "<a href='/downxxgk.php?fid=47'>下载本信息公开文件</a>"),
    "page": ("a link to another page", "<a href='t20230501_1.html'>政策解读</a>"),
    "browser": (
        "a reader for files below the text",
        "</div><div class='tips'><a href='/u/reader.zip'>OFD阅读器下载</a>",
    ),
    "own-page": ("the page's own address", "<a href='?'>登记表.doc</a>"),
    "mail": ("an address of mail that is called like a file", "<a href='mailto:a@yunxi.gov.cn'>信箱.pdf</a>"),
    "name-only": ("the name of an annex without a link", "附件：登记表"),
}
for name, (what, html) in NO_FILES.items():
    trap(f"no-file-{name}", what, "attachments", page(body=paragraphs() + f"<p>{html}</p>"), files=())
trap(
    "files-above-links-of-footer",
    "links of the site's footer right below the last file of a list, above a text of one line",
    "attachments",
    page(
        body="<p>现将2022年度区级专利资助名单予以公布。</p>",
        below="<div><h4>附件下载</h4><ul><li><a href='/f/1.xlsx' download>资助名单.xlsx</a></li></ul></div></div><div class='links'>"
        "<a href='/sitemap'>网站地图</a> | <a href='/about'>关于我们</a>",
    ),
    files=("1.xlsx",),
    text="现将2022年度区级专利资助名单予以公布。",
)
trap(
    "embed-type",
    "an embedded file of which only its type says that it is one",
    "HTML standard, 4.8.6",
    page(body=paragraphs() + "<embed type='application/pdf' src='/service/view'>"),
    files=("view",),
)
