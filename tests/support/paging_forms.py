"""How pages of lists say that there are more pages, as a grammar: each form can be written for a list that goes on and
for one that does not.

Names, calls and words are those of other people's crawlers of some hundred sites (November 2026), or of common
libraries; the pages are invented. `@N` is the name of a number, `@P` the number of pages, `@T` that of documents.
"""

PAGE_NAMES = (
    "totalPage", "totalpages", "total_page", "pageCount", "PAGE_COUNT", "countPage", "countPages", "pageTotal",
    "maxPage", "maxPageNum", "max_page", "lastPage", "last_page", "pageMax", "allPage", "pageAll", "sumPage",
    "pageSum", "totalPageNum", "m_nPageCount", "intTotalPage", "pagesTotal", "endPage", "pageCnt", "nTotalPages",
    "zys", "zongYeShu", "zongys", "yeShu", "pageNumMax", "pages_total", "countPageNum", "listPageCount", "numPages",
)  # fmt: skip
DOCUMENT_NAMES = (
    "totalCount", "total_count", "totalRecord", "recordCount", "totalNum", "totalRows", "rowCount", "itemCount",
    "totalItems", "articleCount", "infoCount", "docCount", "allCount", "sumCount", "dataCount", "listCount",
    "listTotal", "totalElements", "totalResults", "resultCount", "numFound", "zts", "zjls", "dataTotal",
    "recordTotal", "m_nRecordCount", "newsTotal", "countRecord",
)  # fmt: skip
_DECLARED = (
    "<script>var @N = @V;</script>",
    "<script>let @N=@V</script>",
    "<script>window.@N = '@V';</script>",
    "<script>init({id: 'x', @N: @V, size: 'm'});</script>",
    """<script>go({"id": "x", "@N":"@V"})</script>""",
    '<script>var x = 1, @N = parseInt("@V");</script>',
    "<script>var @N=Number(@V);</script>",
    '<input type="hidden" id="@N" value="@V">',
    "<input value=@V name=@N type=hidden>",
    '<script type="application/json">{"id": 7, "@N": @V, "list": []}</script>',
)
_ATTRIBUTES = ('<div id="fy" @N="@V"></div>', '<ul class="x" @N=@V><li></li></ul>')
_PAGE_ATTRIBUTES = ("data-total-page", "data-pages", "data-page-count", "data-maxpage", "totalpage", "pagecount")
_DOCUMENT_ATTRIBUTES = ("data-total-count", "data-record-count", "data-totalrecords", "recordcount", "totalrows")


def _named() -> dict[str, str]:
    forms: dict[str, str] = {}
    for names, value, declared in (
        (PAGE_NAMES, "@P", _DECLARED),
        (DOCUMENT_NAMES, "@T", _DECLARED),
        (_PAGE_ATTRIBUTES, "@P", _ATTRIBUTES),
        (_DOCUMENT_ATTRIBUTES, "@T", _ATTRIBUTES),
    ):
        for name in names:
            for template in declared:
                written = template.replace("@N", name).replace("@V", value)
                forms[written] = written
    return forms


NAMED = _named()
"""Numbers in variables, objects, hidden inputs, data and attributes."""

WORDS = {
    words: f"<div>{words}</div>"
    for words in (
        "共@P页", "共 <b>@P</b> 页", "共@P頁", "总共@P页", "总页数：@P", "当前第1页，共@P页", "第1/@P页",
        "1/@P页", "页次：1/@P",
        "页码：1/@P", "第 1 页 / 共 @P 页", "分页：1/@P", "当前页：1/@P", "<span>1</span>/<span>@P</span>",
        "1/@P", "1 / @P",
        "共有@P页", "共计@P页", "@P页", "页数：@P", "总计@P页", "全部@P页", "Page 1 of @P", "Page 1/@P",
        "page: 1 / @P", "1 of @P",
        "@P pages", "Pages: @P", "Total pages: @P", "Page <b>1</b> of <b>@P</b>",
        "共@T条", "共 <i>@T</i> 条记录", "共有@T条信息", "共计@T条数据", "总计@T条", "合计：@T条", "总数：@T",
        "总计：@T", "总条数：@T",
        "记录数：@T", "共检索到@T条", "共@T条 每页20条", "共@T篇", "共收录@T篇", "信息总数：@T",
        "共搜索到 @T 个结果", "@T条记录",
        "Total @T", "Total: @T", "Total @T items", "@T records", "@T results", "Showing 1 to 3 of @T entries",
        "1-3 of @T", "Total records: @T", "第1-3条，共@T条", "1-3/@T", "显示1到3，共@T记录",
    )
}  # fmt: skip
"""Numbers in words."""

DATA = {
    text: f"<script>{text}</script>" if "<" not in text else text
    for text in (
        'window.__INITIAL_STATE__ = {"list": {"total": @T, "records": [{"id": 1}], "size": 20, "current": 1}}',
        'window.__INITIAL_STATE__={"page":{"total":@T,"rows":[{"id":1},{"id":2}]},"code":200};',
        "window.__NUXT__ = {data: [{total: @T, pageSize: 20, list: [{id: 1}]}]}",
        'var data = {"code": 0, "count": @T, "data": [{"id": 1, "title": "x"}]};',
        'var list = {"pageNum":1,"pageSize":10,"size":3,"total":@T,"list":[{"id":1}],"pages":@P}',
        'var list = {"content":[{"id":1}],"totalElements":@T,"totalPages":@P,"number":0}',
        '<script type="application/json" id="__NEXT_DATA__">{"props": {"items": [{"id": 1}], "total": @T}}</script>',
        '<script type="application/json">{"articles": [{"id": 1}], "paging": {"pages": @P, "page": 1}}</script>',
        "new Vue({data: {pageNum: 1, pageSize: 20, total: @T}})",
        "new Vue({data(){return {total: @T, list: [], currentPage: 1}}})",
        "laypage.render({elem: 'p', count: @T, limit: 20})",
        "layui.use('laypage', function(){ layui.laypage.render({elem: 'p', limit: 20, count: @T, curr: 1}) })",
        "laypage({cont: 'p', pages: @P, curr: 1})",
        "$.jqPaginator('#p', {totalPages: @P, visiblePages: 10, currentPage: 1})",
        "$('#p').jqPaginator({totalCounts: @T, pageSize: 20, visiblePages: 10})",
        "$('#p').twbsPagination({totalPages: @P, startPage: 1})",
        "$('#p').pagination(@T, {items_per_page: 20, callback: f})",
        "$('#p').pagination({dataSource: a, totalNumber: @T, pageSize: 20})",
        "$('#p').paging({pageNo: 1, totalPage: @P, totalSize: @T})",
        "kkpager.generPageHtml({pno: 1, total: @P, totalRecords: @T})",
        "new Page({id: 'p', pageTotal: @P, pageAmount: 20, dataTotal: @T, curPage: 1})",
        "$('#p').bootstrapPaginator({currentPage: 1, totalPages: @P})",
        "createPageHTML2(@P, 0, 'x')",
        "showPages(@P, 1)",
        "pageInit(@P, 1, 'list')",
        "fenye(@P, 1)",
        '<el-pagination :total="@T" :page-size="20"></el-pagination>',
        '<div class="pagination" data-total="@T" data-size="20"></div>',
        '<div id="page" data-total="@T" data-pagesize="20"></div>',
        '<a-pagination total="@T" page-size="20"></a-pagination>',
        '<select onchange="go(this.value)"><option value="1">1/@P</option></select>',
    )
}
"""Numbers in objects, calls and elements of libraries."""

MORE = {
    text: f"<script>{text}</script>" if not text.startswith("<") else text
    for text in (
        "$.post('/list.do', {pageNum: 1, pageSize: 15, channelId: 3}, render)",
        "$.ajax({url: '/api/list', data: {pageNo: 1, pageSize: 20}, success: show})",
        "fetch('/api/list?pageIndex=' + n + '&pageSize=20').then(show)",
        "axios.get('/list', {params: {current: 1, size: 10, page: n}}).then(f)",
        "var page = 1; function load() { $.getJSON('/list?page=' + page + '&rows=15', add) } load()",
        "var pageCount = 1; $.get('/list.do', function (data) { pageCount = data.pageCount; draw() })",
        "var totalPage = 1; $.ajax({url: '/l.do', success: function (r) { totalPage = r.data.totalPage }})",
        "new Vue({data: {pageCount: 1}, mounted() { axios.get('/l').then(r => { this.pageCount = r.data.pages }) }})",
        "var total = 0, pageSize = 20; $.post('/l.do', {p: 1}, function (res) { total = res.total; draw() })",
        '{"x": 1}; window.__INITIAL_STATE__ = {"list": [{"id": 1}], "hasNextPage": true}',
        'var r = {"items": [{"id": 1}], "hasMore": true}',
        'var r = {"content": [{"id": 1}], "last": false, "number": 0}',
        'var r = {"records": [{"id": 1}], "isLastPage":false}',
        "new Paging('p', {nowPage: 1, pageNum: 12, buttonNum: 7})",
        "new IntersectionObserver(function () { $.get('/more', add) }).observe(end)",
        "$(window).scroll(function () { if ($(window).scrollTop() > h) $.get('/l?p=' + ++n, add) })",
        '<div class="infinite-scroll" data-next="/list?page=2"></div>',
        '<div class="load-more"></div>',
        '<div id="loadMore"><img src="loading.gif"></div>',
        "<button onclick='more()'>展开更多</button>",
        "<button>Load more</button>",
        "<button>Show more</button>",
        '<a href="javascript:go(2)">Next</a>',
        '<a href="#" onclick="go(2)">Next page</a>',
        '<a href="javascript:go(2)">&raquo;</a>',
        '<a href="javascript:go(2)">&gt;</a>',
        '<a href="javascript:go(2)">&gt;&gt;</a>',
        '<a href="javascript:;" onclick="go(9)">&gt;|</a>',
        '<span onclick="go(2)">›</span>',
        '<a href="javascript:go(2)">→</a>',
        '<a href="javascript:go(2)">下一頁</a>',
        '<a href="javascript:go(2)">后一页</a>',
        '<a href="javascript:go(2)">往后</a>',
        '<a href="javascript:go(2)">Last</a>',
        '<ul><li class="active"><a>1</a></li><li><a href="javascript:;">2</a></li></ul>',
        '<div class="page"><i class="on">1</i><i>2</i><i>3</i><i>4</i></div>',
        '<div class="tab"><a class="on" href="javascript:;">2024年</a><a href="javascript:;">2023年</a></div>',
        '<select onchange="year(this.value)"><option>2024</option><option>2023</option><option>2022</option></select>',
        '<ul class="nf"><li class="cur" data-year="2024">2024</li><li data-year="2023">2023</li></ul>',
        '<div><a href="?year=2024">2024年</a> <a href="?year=2023">2023年</a></div>',
        '<form><input type="hidden" name="pageNo" value="1"><a href="javascript:sub(2)">向后</a></form>',
        "<a href=\"javascript:__doPostBack('AspNetPager1','2')\">&gt;</a>",
        '<span class="page_next" onclick="go(2)"></span>',
        '<a class="next" href="javascript:;"><i class="icon"></i></a>',
    )
}
"""Forms without numbers: a list with one of them goes on."""

WHOLE = {
    text: f"<script>{text}</script>" if not text.startswith("<") else text
    for text in (
        "<div>访问量: 12345</div>",
        "<div>今日访问 230 次 总访问量 88123</div>",
        "<div>浏览次数：230</div>",
        "<p>本站共收录部门 45 个</p>",
        "<div>您是第 88123 位访问者</div>",
        "<div>2024/03</div>",
        "<div>12/25</div>",
        "<div>3/12 晴 12℃</div>",
        "<div>气温 3/12℃ 东风2级</div>",
        "<div>2024年11月28日 星期四</div>",
        "<p>首页 &gt; 政务公开 &gt; 政策文件</p>",
        '<p><a href="/">首页</a> &gt; <a href="/gk/">公开</a> &gt;&gt; 政策</p>',
        '<div class="banner"><a class="prev" href="#">&lt;</a><a class="next" href="javascript:;">&gt;</a></div>',
        '<div class="pic"><a href="/x/"><img src="1.jpg"></a><a href="javascript:;" class="left">&lt;</a>'
        '<a href="javascript:;" class="right">&gt;</a></div>',
        '<div class="swiper-button-next"></div>',
        '<div class="roll"><img src="1.jpg"><span class="next" onclick="r()"></span></div>',
        '<ol class="carousel-indicators"><li class="active">1</li><li>2</li><li>3</li></ol>',
        '<a class="carousel-control-next" href="#c"><span class="sr-only">Next</span></a>',
        '<h3>新闻动态 <a href="/xw/">更多</a></h3>',
        '<h3>通知公告 <a href="/tz/">更多&gt;&gt;</a></h3>',
        '<h3>专题 <a href="/zt/">MORE+</a></h3>',
        '<h3>专题 <a href="/zt/">&gt;&gt;</a></h3>',
        '<h3>专题 <a href="/zt/">&gt;</a></h3>',
        '<h3>专题 <a class="next" href="/zt/"><img src="m.gif"></a></h3>',
        '<input class="date" placeholder="开始日期"><input class="date" placeholder="结束日期">',
        '<select name="year"><option>全部</option><option>2024</option><option>2023</option></select>',
        '<select onchange="location=this.value"><option>友情链接</option>'
        "<option value='http://a.example/'>省政府</option><option value='http://b.example/'>市政府</option></select>",
        "<table><tr><th>一</th><th>二</th></tr><tr><td>1</td><td>2</td></tr><tr><td>8</td><td>9</td></tr></table>",
        "var visitCount = 12345, hits = 230;",
        "var picCount = 5, tabCount = 4, slideCount = 6;",
        "var commentCount = 23; var imgTotal = 9;",
        "var swiper = new Swiper('.b', {slidesPerView: 4, loop: true, pagination: {el: '.swiper-pagination'}});",
        "var o = {pageWidth: 1200, pageHeight: 900, maxWidth: 1200};",
        "var pageId = 4711, columnId = 229, siteId = 12;",
        "var page = {id: 4711, total: 3}; var pageName = 'list', pageType = 2;",
        "var o = {visiblePages: 5, showPageCount: 7, pageSize: 20, perPage: 15, buttonNum: 9, maxPageShow: 10};",
        "var total_time = 30, totalHeight = 900, totalWidth = 80, maxCount = 5;",
        "$.getJSON('/weather.json', function (d) { $('#w').text(d.temp) })",
        "$.ajax({url: '/count.do', data: {id: 3}, success: f})",
        "$(window).scroll(function () { $('#top').toggle($(window).scrollTop() > 300) })",
        "var i = 0; setInterval(function () { i++; $('.b li').eq(i % 5).show() }, 3000)",
        "new IntersectionObserver(function (e) { img.src = img.dataset.src }).observe(img)",
        "function goPage(n) { location = 'index_' + n + '.html' }",
        "function initPage(total, current) { if (total > 1) { draw(total) } }",
        '<div class="pagination"></div>',
        '<div class="page"><i>共1页</i><i>首页</i><i>上一页</i><b>1</b><i>下一页</i><i>尾页</i></div>',
        '<div class="page">1/1</div>',
        '<div class="pages"><a class="cur">1</a></div>',
        '<div><a class="disabled" href="javascript:;">&lt;</a><a class="on" href="javascript:;">1</a>'
        '<a class="disabled" href="javascript:;">&gt;</a></div>',
        "<p>附件共3个</p>",
        "<p>全文共12条，自发布之日起施行</p>",
        "<p>共有 12 个部门 230 项职责</p>",
        '<div class="hot"><b>1</b><a href="/hot/a.html">热门信息</a><b>2</b><a href="/hot/b.html">热门公开</a></div>',
        '<ul class="tab"><li class="on">最新</li><li>热门</li></ul>',
        '<div>字号：<a href="javascript:;">大</a><a href="javascript:;">中</a><a href="javascript:;">小</a></div>',
        '<a href="javascript:;" onclick="top()">返回顶部</a><a href="javascript:window.print()">打印</a>',
        '<div class="share" data-count="230" data-url="/x"></div>',
        '<div id="player" data-total="230"></div>',
        '<i class="loading" style="display:none"></i>',
        '<img class="loading" src="loading.gif">',
        '<a href="#top">Next</a>',
        "<p>© 2010-2024 版权所有</p>",
        "<div>网站标识码 4400000131 ICP备 05070829号</div>",
        '<div class="year"><a href="/gb/2019/">2019年</a><a href="/gb/2020/">2020年</a></div>',
        '<div>2024年<a href="/xx/2024/">公报</a></div>',
    )
}
"""What stands beside whole lists: furniture of pages, single pages, numbers of other things."""


def written(form: str, pages: int, documents: int) -> str:
    """The form with its numbers."""
    return form.replace("@P", str(pages)).replace("@T", str(documents))
