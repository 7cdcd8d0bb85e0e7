"""The traditional characters of labels, which sites of all regions use."""

import re

_TRADITIONAL = str.maketrans(
    "選項號發佈機構關題類時間來單體組開詞鍵標籤實廢編碼備註規範圍屬態狀況執責錄閱讀瀏覽擊數點聯網繫電話稱場統記檔頒製訂現佔"
    "資訊係傳儲內別創劃動務區員問圖報審對導後復複徵掃掛據攝於業欄熱獲產當監種穫簡簽籌"
    "糾級終結絡緊線聞處覈視訪詢語說説諮護質載輯轉辦週適郵錯鏈門閤閲隸頻顏顯張貼書處罰許決訴",
    "选项号发布机构关题类时间来单体组开词键标签实废编码备注规范围属态状况执责录阅读浏览击数点联网系电话称场统记档颁制订现占"
    "资讯系传储内别创划动务区员问图报审对导后复复征扫挂据摄于业栏热获产当监种获简签筹"
    "纠级终结络紧线闻处核视访询语说说咨护质载辑转办周适邮错链门合阅隶频颜显张贴书处罚许决诉",
)
_HAS_TRADITIONAL = re.compile(f"[{''.join(map(chr, _TRADITIONAL))}]")


def simplified(text: str) -> str:
    """The text with the traditional characters of labels made simplified, one for one."""
    return text.translate(_TRADITIONAL) if _HAS_TRADITIONAL.search(text) else text
