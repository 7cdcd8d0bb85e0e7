"""Files in every form in which a page may link them: how × where they stand, what they are called, and what is none of
the document's."""

# ruff: noqa: E501 — tables of pages: a case is a line.

from tests.support.pages import FOOT, NAV, TITLE, page, paragraphs

NAME = "老旧电梯登记表"
LINKED = {
    "an ending in capitals": (f"<a href='/f/DJB.DOC'>{NAME}</a>", "/f/DJB.DOC"),
    "an ending before a parameter": (f"<a href='/f/1.xlsx?v=3&amp;t=2'>{NAME}</a>", "/f/1.xlsx?v=3&t=2"),
    "an ending before a session": (f"<a href='/f/1.doc;jsessionid=A1'>{NAME}</a>", "/f/1.doc;jsessionid=A1"),
    "an ending inside the path": (f"<a href='/f/1.pdf/download'>{NAME}</a>", "/f/1.pdf/download"),
    "a document with macros": (f"<a href='/f/1.xlsm'>{NAME}</a>", "/f/1.xlsm"),
    "a recording": (f"<a href='/f/1.mp4'>{NAME}</a>", "/f/1.mp4"),
    "a service and a number": (f"<a href='/portal/download.jsp?id=40281'>{NAME}</a>", "/portal/download.jsp?id=40281"),
    "a service and a path": (f"<a href='/fileDownload/40281'>{NAME}</a>", "/fileDownload/40281"),
    "an address that is saved": (f"<a href='/f/get/99812' download>{NAME}</a>", "/f/get/99812"),
    "an address that is saved under a name": (f"<a href='/f/get/9' download='{NAME}.pdf'>{NAME}</a>", "/f/get/9"),
    "a name with an ending alone": (f"<a href='/attachment/0/516/516032'>{NAME}.docx</a>", "/attachment/0/516/516032"),
    "a service that is opened": (f"<a href='javascript:;' onclick=\"window.open('/fileDownload?fileId=8a')\">{NAME}</a>", "/fileDownload?fileId=8a"),
    "an address of two strings": (f"<a href='#' onclick=\"window.open('/f/'+'1.doc')\">{NAME}</a>", "/f/1.doc"),
    "a function with a prefix": (f"<script>function dl(n){{window.open('/f/2023/'+n);}}</script><a href=\"javascript:dl('1.doc')\">{NAME}</a>", "/f/2023/1.doc"),
    "a function with a service": (f"<script>function dl(n){{window.location.href='/file/download?id='+n;}}</script><a href=\"javascript:dl('55')\">{NAME}</a>", "/file/download?id=55"),
    "a function that reads the link": (f"<script>function dl(a){{var p=$(a).attr('path');window.open(p,'','width='+screen.width);}}</script><a href='#' path='/f/1.doc' onclick='dl(this)'>{NAME}</a>", "/f/1.doc"),
    "an attribute of its own": (f"<a href='javascript:;' path='/f/1.doc' onclick='dl(this)'>{NAME}</a>", "/f/1.doc"),
    "an attribute for another use": (f"<a href='javascript:;' rel='/f/1.doc'>{NAME}</a>", "/f/1.doc"),
    "an attribute and a name": (f"<a href='javascript:;' data-fileurl='/api/file/get/7'>{NAME}.pdf</a>", "/api/file/get/7"),
    "a viewer on another site": (f"<a href='https://view.viewer.example/op/view.aspx?src=http%3A%2F%2Fwww.yunxi.gov.cn%2Ff%2F1.docx'>{NAME}</a>", "http://www.yunxi.gov.cn/f/1.docx"),
    "a viewer of an office": (f"<a href='/weboffice/preview?_w_path=/f/1.wps&amp;mode=r'>{NAME}</a>", "/f/1.wps"),
    "a page that shows a file": (f"<a href='/down.html?f=/f/1.doc'>{NAME}</a>", "/f/1.doc"),
    "a part of a map": (f"<img src='/i/x.png' usemap='#m'><map name='m'><area shape='rect' coords='0,0,9,9' href='/f/1.doc' alt='{NAME}'></map>", "/f/1.doc"),
    "a form": (f"<form action='/f/1.docx'>{NAME} <input type='submit' value='下载'></form>", "/f/1.docx"),
    "a choice": (f"<select onchange='open(this.value)'><option value='/f/1.docx'>{NAME}</option></select>", "/f/1.docx"),
    "a folder and a name": (f"<a href='#' onclick=\"down('/f/2023/','1.doc')\">{NAME}</a>", "/f/2023/1.doc"),
    "a controller": (f"<a href='/index.php?m=content&amp;c=down&amp;a_k=abcDEF12'>{NAME}</a>", "/index.php?m=content&c=down&a_k=abcDEF12"),
    "attachments by number": (f"<a href='/attachment.jspx?cid=12&amp;i=0'>{NAME}</a>", "/attachment.jspx?cid=12&i=0"),
    "a servlet": (f"<a href='/servlet/DownLoadServlet?fid=22'>{NAME}</a>", "/servlet/DownLoadServlet?fid=22"),
    "an attribute beside an empty page": (f"<a data-href='/f/1.doc' href='about:blank'>{NAME}</a>", "/f/1.doc"),
    "data with its own keys": (f'<script>var fjs = {{"data": [{{"attName": "{NAME}.doc", "attachUrl": "\\/f\\/1.doc", "size": 22}}]}};</script>', "/f/1.doc"),
    "a place in a store and an address": (f"<script>var fjs = [{{filePath: '/store/1.doc', fileName: '{NAME}.doc', url: '/f/1.doc'}}];</script>", "/f/1.doc"),
    "data of an element": (f"<div data-files='[{{\"name\":\"{NAME}.doc\",\"filePath\":\"/f/1.doc\"}}]'></div>", "/f/1.doc"),
    "a query for a player": (f"<object><param name='flashvars' value='SwfFile=/f/1.swf&amp;PdfFile=/f/{NAME}.pdf'></object>", f"/f/{NAME}.pdf"),
    "a parameter of an object": (f"<object><param name='SRC' value='/f/{NAME}.pdf'></object>", f"/f/{NAME}.pdf"),
    "an editor's player": (f"<embed class='edui-faked-video' src='/f/{NAME}.mp4'>", f"/f/{NAME}.mp4"),
}  # fmt: skip
"""How a file is linked: markup and address."""
PLACES = {
    "in the text": "<p>{}</p>",
    "below the text": "</div><div class='box'>{}",
    "behind the word": "<p>附件：{}</p>",
    "in a table": "<table><tr><td>名称</td><td>大小</td></tr><tr><td>{}</td><td>33KB</td></tr></table>",
}
NAMED = {
    "the words of a link": (f"<p>1.<a href='1.doc'>{NAME}</a></p>", {"1.doc": NAME}),
    "beside a button": (f"<p>附件：{NAME}（<a href='1.doc'>点击下载</a>）</p>", {"1.doc": NAME}),
    "beside each of two buttons": ("<p>1.登记表 <a href='1.doc'>下载</a> 2.汇总表 <a href='2.doc'>下载</a></p>", {"1.doc": "登记表", "2.doc": "汇总表"}),
    "behind a button": (f"<p><a href='1.doc'>[下载]</a> {NAME}</p>", {"1.doc": NAME}),
    "behind the word": (f"<p><a href='1.doc'>附件1</a>：{NAME}</p>", {"1.doc": NAME}),
    "a button that says which": ("<p><a href='1.doc'>文字版下载</a> <a href='1.pdf'>图片版下载</a></p>", {"1.doc": "文字版下载", "1.pdf": "图片版下载"}),
    "beside two buttons": (f"<ul><li>{NAME}.pdf <a href='/pdfjs/web/viewer.html?file=/f/1.pdf'>查看</a> <a href='/f/1.pdf'>下载</a></li></ul>", {"/f/1.pdf": f"{NAME}.pdf"}),
    "between size and number": (f"<ul><li><span>1</span><span>{NAME}.doc</span><span>35KB</span><a href='1.doc'>下载</a></li><li><span>2</span><span>汇总表.xls</span><span>2 KB</span><a href='2.xls'>下载</a></li></ul>", {"1.doc": f"{NAME}.doc", "2.xls": "汇总表.xls"}),
    "in a table": (f"<table><tr><td>序号</td><td>名称</td><td>操作</td></tr><tr><td>1</td><td>{NAME}</td><td><a href='1.doc'>下载</a></td></tr><tr><td>2</td><td>汇总表</td><td><a href='2.doc'>下载</a></td></tr></table>", {"1.doc": NAME, "2.doc": "汇总表"}),
    "in a term": (f"<dl><dt>{NAME}</dt><dd><a href='1.doc'>下载</a></dd><dt>汇总表</dt><dd><a href='2.doc'>下载</a></dd></dl>", {"1.doc": NAME, "2.doc": "汇总表"}),
    "before a break": (f"<p>1.{NAME}<br><a href='1.doc'>点击下载</a><br>2.汇总表<br><a href='2.doc'>点击下载</a></p>", {"1.doc": NAME, "2.doc": "汇总表"}),
    "below an icon": (f"<ul><li><a href='1.doc'><img src='/i/w.png'></a><p>{NAME}</p></li><li><a href='2.doc'><img src='/i/w.png'></a><p>汇总表</p></li></ul>", {"1.doc": NAME, "2.doc": "汇总表"}),
    "an icon in a table": (f"<table><tr><td>{NAME}</td><td><a href='1.doc'><img src='/i/dl.png'></a></td></tr><tr><td>汇总表</td><td><a href='2.doc'><img src='/i/dl.png'></a></td></tr></table>", {"1.doc": NAME, "2.doc": "汇总表"}),
    "between an icon and a button": (f"<p><a href='1.doc'><img src='/i/w.png'></a><a href='1.doc'>{NAME}</a><a href='1.doc'>下载</a></p>", {"1.doc": NAME}),
    "in the line above": (f"<div class='item'><p>{NAME}</p><p><a href='1.doc'>点击下载</a></p></div>", {"1.doc": NAME}),
    "beside a form's button": (f"<p>{NAME} <button onclick=\"window.open('/f/1.doc')\">下载</button></p>", {"/f/1.doc": NAME}),
    "beside an icon": (f"<p>{NAME} <a href='1.doc'><img src='/i/doc.gif'></a></p>", {"1.doc": NAME}),
    "an icon's own words": (f"<p><a href='1.doc'><img src='/i/doc.gif' alt='{NAME}'></a></p>", {"1.doc": NAME}),
    "an icon, then words": (f"<p><a href='1.doc'><img src='/i/doc.gif'></a> <a href='1.doc'>{NAME}</a></p>", {"1.doc": NAME}),
    "an icon with a hint": (f"<p><a href='1.doc' title='{NAME}.doc'><i class='down'></i></a></p>", {"1.doc": f"{NAME}.doc"}),
    "a code behind a colon": (f"<p>{NAME}：<a href='/f/W0201.doc'>W0201.doc</a></p>", {"/f/W0201.doc": NAME}),
    "a code alone": ("<p>附件：<a href='/f/W0201.doc'>W0201.doc</a></p>", {"/f/W0201.doc": "W0201.doc"}),
    "a hint for a number": (f"<p><a href='1.doc' title='{NAME}.doc'>附件1.doc</a></p>", {"1.doc": f"{NAME}.doc"}),
    "a number alone": ("<p><a href='1.doc'>附件1.doc</a></p>", {"1.doc": "附件1.doc"}),
    "a hint": (f"<p><a href='1.doc' title='{NAME}.doc'>下载</a></p>", {"1.doc": f"{NAME}.doc"}),
    "a hint for words that are cut off": (f"<p><a href='1.doc' title='{NAME}.doc'>老旧电梯…</a></p>", {"1.doc": f"{NAME}.doc"}),
    "what it is saved as": (f"<p><a href='1.doc' download='{NAME}.doc'>点击下载</a></p>", {"1.doc": f"{NAME}.doc"}),
    "words in pieces": ("<p><a href='1.doc'>老旧电梯</a><a href='1.doc'>登记表</a></p>", {"1.doc": NAME}),
    "a link that is not closed": (f"<p><a href='1.doc'>{NAME}<p><a href='2.doc'>汇总表</a></p>", {"1.doc": NAME, "2.doc": "汇总表"}),
    "the name of the file": (f"<p><a href='/f/{NAME}.doc'>下载</a></p>", {f"/f/{NAME}.doc": f"{NAME}.doc"}),
    "a name in the query": (f"<p><a href='/download.do?id=7&amp;name={NAME}.doc'>下载</a></p>", {f"/download.do?id=7&name={NAME}.doc": f"{NAME}.doc"}),
    "nothing": ("<p><a href='1.doc'>点击下载</a></p>", {"1.doc": "点击下载"}),
    "a sentence": ("<p>请各单位认真填写并在五月底以前报送区政府办公室。<a href='1.doc'>点击下载</a></p>", {"1.doc": "点击下载"}),
}  # fmt: skip
"""What a file is called: markup, and name by address."""
_LIST = "".join(
    f"<li><a href='/u/{number}.pdf'>关于第{number}号事项的公告</a><span>2023-05-0{number}</span></li>"
    for number in (1, 2, 3)
)
NOT_ITS = {
    "a report in the footer": page() + "<div><a href='/u/nb.pdf'>政府网站工作年度报表</a></div>",
    "a document that the footer links": page() + "<div><a href='/u/nb.pdf'>章程</a></div>",
    "a manual in the menu": f"<div><a href='/u/sc.doc'>无障碍使用手册</a></div>{page()}",
    "a form beside the text": page(below="<div class='zy'><h3>下载中心</h3><ul><li><a href='/u/s1.doc'>信息公开申请表</a></li></ul></div>"),
    "the next document": page(below="<p>上一篇：<a href='/u/last.pdf'>关于开展消防检查的通知</a></p>"),
    "related documents": page(below=f"<div class='xg'><h3>相关信息</h3><ul>{_LIST}</ul></div>"),
    "the latest documents": page(below=f"<div class='new'><h4>最新公开</h4><ul>{_LIST}</ul></div>"),
    "related documents in a table": f"<ul>{NAV}</ul><table><tr><td>{TITLE}</td></tr><tr><td>发布日期：2023-05-09</td></tr><tr><td><div id='zoom'>{paragraphs()}</div></td></tr><tr><td><h3>相关信息</h3><ul>{_LIST}</ul></td></tr></table>{FOOT}",
    "documents with their days": page(below=f"<div class='list'><p><a href='/tz/'>通知公告</a></p><ul>{_LIST}</ul></div>"),
    "forms for everybody": page(below="<div><h3>办事表格</h3><ul><li><a href='/download.jsp?id=1'>身份证申领表</a></li><li><a href='/download.jsp?id=2'>户口登记表</a></li></ul></div>"),
    "forms that many ask for": page(below="<div><p>热门下载</p><ul><li><a href='/u/h1.doc'>申请表一</a></li><li><a href='/u/h2.doc'>申请表二</a></li></ul></div>"),
    "files of a menu": page(below="<div class='leftnav'><ul><li><a href='/zn/'>公开指南</a></li><li><a href='/u/zd.pdf'>公开制度</a></li></ul></div>"),
    "a page of downloads": f"<div><a href='/download/index.jsp?cid=3'>下载中心</a></div>{page()}",
    "an app": page(below="<div><a href='/app/download?os=android'>安卓版下载</a></div>"),
    "the text read aloud": page(below="<div><a href='javascript:;' onclick=\"play('/tts/4411.mp3')\">语音播报</a></div>"),
    "a manual for a script": page(below="<script>var help={title:'使用手册',url:'/u/help.pdf'};</script>"),
    "the page itself as a file": page(below="<p><a href='/down/download?id=77'>导出本页</a></p>"),
    "a link that nobody sees": page(body=paragraphs() + "<p><a href='/f/1.doc'></a></p>"),
}  # fmt: skip
"""Whole pages with files that belong to other documents, or to the site."""
HEADINGS = (
    "相关下载 相关表格 申报材料 表格样式 附件列表 文件下载 资料下载 相关文件 政策原文 文字版 填报说明 政策图解 配套文件 规划文本 图件 名单 结果公示 报名表"
).split()
"""Headings of boxes below a text with files of the document."""
