"""Numbers in Chinese numerals, as lists of pages and of word processors show them."""

DIGITS = "〇一二三四五六七八九"
LEGAL = "零壹贰叁肆伍陆柒捌玖"


def chinese(number: int, digits: str, units: str) -> str:
    """A number below 10,000 in Chinese: 12 → 十二, 105 → 一百〇五 (零 in the legal form)."""
    text, gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            text += digits[0] * (gap and bool(text)) + digits[digit] + (units[power - 1] if power else "")
        gap = not digit
    return text[1:] if text.startswith("一十") else text


_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}


def read_chinese(text: str) -> int | None:
    """The number that Chinese numerals below 10,000 say: 二十三 and 贰拾叁 → 23, 二〇 → 20; None if they say none."""
    total, digit = 0, None
    for sign in text.replace("零", "〇").replace("两", "二"):
        if unit := _UNITS.get(sign):
            total, digit = total + (1 if digit is None else digit) * unit, None
        else:
            value = max(DIGITS.find(sign), LEGAL.find(sign))
            if value < 0:
                return None
            digit = value if not digit else digit * 10 + value
    return total + (digit or 0) if text else None
