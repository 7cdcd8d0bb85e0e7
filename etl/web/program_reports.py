"""The beginnings of error reports that PHP, Python, Java, .NET, ASP and databases send in place of a file or text."""

RUNTIME = (
    r"(?:<br\s*/?>\s*)?<b>(?:Warning|Notice|Fatal error|Parse error|Deprecated)</b>:"
    r"|(?:PHP )?(?:Fatal error|Parse error|Warning|Notice|Deprecated): [^\n]{1,400} in /"
    r"|Traceback \(most recent call last\):"
    r"|(?:[a-z_]\w*\.){2,8}\w*(?:Exception|Error)\b"
    r"|Microsoft (?:VBScript|JScript|OLE DB|JET|ADO)|(?:ADODB|Server)\.\w+ "
    r"|\[?(?:ORA|SQLSTATE)[-\[ ]\w{2,6}"
)
"""A pattern for both bytes and text."""
