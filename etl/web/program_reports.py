"""The beginnings of error reports that runtimes send in place of a file or text, and servers in place of a page."""

RUNTIME = (
    r"(?:<br\s*/?>\s*)?<b>(?:Warning|Notice|Fatal error|Parse error|Deprecated)</b>:"
    r"|(?:PHP )?(?:Fatal error|Parse error|Warning|Notice|Deprecated): [^\n]{1,400} in /"
    r"|Traceback \(most recent call last\):"
    r"|(?:[a-z_]\w*\.){2,8}\w*(?:Exception|Error)\b"
    r"|Microsoft (?:VBScript|JScript|OLE DB|JET|ADO)|(?:ADODB|Server)\.\w+ "
    r"|\[?(?:ORA|SQLSTATE)[-\[ ]\w{2,6}|\[Microsoft\]\[|System(?:\.\w{1,40}){1,6}Exception\b"
    r"|MySQL server has gone away|(?:Lost connection|Can't connect) to (?:local )?MySQL|Too many connections$"
    r"|You have an error in your SQL syntax|Access denied for user '|Table '[^'\n]{1,80}' doesn't exist"
    r"|(?:Cannot get|Could not (?:get|open)) (?:a |JDBC |Jdbc )*[Cc]onnection|Communications link failure"
    r"|未将对象引用设置到对象的实例|索引超出(?:了数组界限|范围)|输入字符串的格式不正确|在位置 \d+ 处没有任何行"
    r"|对象名 '[^'\n]{1,80}' 无效"
    r"|(?:建立到|在与) ?(?:SQL Server|服务器)|无法打开登录所请求的数据库|(?:运行时)?错误 ?'8[0-9a-fA-F]{7}'"
)
"""A pattern for both bytes and text."""

_PHRASES = (
    r"(?:Not Found|Gone|Forbidden|Unauthorized|Bad Request|Bad Gateway|Gateway Time-?out|Internal Server Error"
    r"|Service (?:Temporarily )?Unavailable|Servlet Exception|Backend fetch failed|File or directory not found"
    r"|找不到文件或目录|禁止访问|服务器内部错误)"
)
SERVERS = (
    r"(?:Apache )?Tomcat/[\d.]{1,12} - Error report|(?:\w{1,14}: )?HTTP ?(?:Status|Error|状态|错误) ?[45]\d\d\b"
    rf"|Error ?[45]\d\d\b|[45]\d\d (?:[-–:] )?{_PHRASES}|(?:ERROR: )?The requested URL could not be retrieved"
    r"|SRVE\d{4}E\b|The (?:page|website) cannot (?:be found|be displayed|display the page)"
    r"|无法(?:找到|显示)(?:该|此|网)页|“/[^”]{0,80}”应用程序中的服务器错误|Server Error in '/[^']{0,80}' Application"
    r"|The requested URL [^\n]{1,300} (?:was not found|is not found|could not be found) on this server"
    r"|Whitelabel Error Page|Whoops, looks like something went wrong|A PHP Error was encountered|Struts Problem Report"
    r"|An Error Was Encountered|系统发生错误[。！!]?$|无法加载(?:控制器|模块|模板)"
    r"|(?:控制器|模板文件|模块|操作|方法)不存在[:：]|Page not found \(404\)|DisallowedHost at /|Discuz! Database Error"
)
"""Of Tomcat and the servers made from it, nginx, Squid, Varnish, IIS, Resin, WebLogic, WebSphere, ASP.NET, Apache,
Spring, Struts, Laravel, CodeIgniter, ThinkPHP, Django, Discuz."""
LINES_OF_REPORT = 3
"""Lines of a page in which a server's own error page says what it is: a number, its words, the address."""
FIREWALLS = (
    r"(?:Access Denied|Request (?:rejected|denied|blocked)\b.{0,60}|(?:Just a|One) moment(?:, please)?\.{3}"
    r"|(?:Security|Human) Verification|Sorry, you have been blocked|Attention Required! \| \w+|Web Page Blocked!?)$"
)
"""Whole lines at the top of pages of firewalls, which may explain themselves at length."""
