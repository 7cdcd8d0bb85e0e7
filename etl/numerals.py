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
