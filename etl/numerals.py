"""Numbers as lists of pages and of word processors show them, in Chinese numerals and others."""

DIGITS = "〇一二三四五六七八九"
LEGAL = "零壹贰叁肆伍陆柒捌玖"
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_CHINESE = {
    "chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand",
    "koreanCounting",
}  # fmt: skip
_DIGIT_BY_DIGIT = {"ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital", "koreanDigital2"}
_SIGNS = {
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳", "decimalEnclosedParen": "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇",
    "decimalEnclosedFullstop": "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛", "ideographEnclosedCircle": "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉",
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸", "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
}  # fmt: skip
"""Formats whose numbers are single characters, starting from 1; higher numbers are written in decimal digits."""
_SIGNS["decimalEnclosedCircleChinese"] = _SIGNS["decimalEnclosedCircle"]
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
          (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


def chinese(number: int, digits: str, units: str) -> str:
    """A number below 10,000 in Chinese: 12 → 十二, 105 → 一百〇五 (零 in the legal form)."""
    text, gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            text += digits[0] * (gap and bool(text)) + digits[digit] + (units[power - 1] if power else "")
        gap = not digit
    return text[1:] if text.startswith("一十") else text


def numeral(number: int, form: str) -> str:
    """The number in a format of `w:numFmt`; decimal digits for unknown formats and for numbers beyond their range."""
    if form in _CHINESE and 0 < number < 10_000:
        return chinese(number, DIGITS, "十百千")
    if (form.startswith("chineseLegal") or form == "ideographLegalTraditional") and 0 < number < 10_000:
        return chinese(number, LEGAL, "拾佰仟")
    if form in _DIGIT_BY_DIGIT:
        return "".join(DIGITS[int(digit)] for digit in str(number))
    if 0 < number <= len(_SIGNS.get(form, "")):
        return _SIGNS[form][number - 1]
    if form == "decimalZero":
        return f"{number:02}"
    if form == "numberInDash":
        return f"- {number} -"
    if form == "ordinal":
        ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{ending}"
    if form in ("upperLetter", "lowerLetter") and 0 < number < 1000:
        letters = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters if form == "upperLetter" else letters.lower()
    if form in ("upperRoman", "lowerRoman") and 0 < number < 4000:
        return roman(number) if form == "upperRoman" else roman(number).lower()
    if form == "decimalFullWidth":
        return "".join(chr(ord(digit) + 0xFEE0) for digit in str(number))
    return str(number)


def letters(number: int) -> str:
    """The number as browsers count in lower-case letters: z is followed by aa, ab; not as Word does, by aa, bb."""
    if number < 1:
        return str(number)
    above, at = divmod(number - 1, 26)
    return (letters(above) if above else "") + chr(ord("a") + at)


def roman(number: int) -> str:
    """The number in upper-case Roman numerals."""
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


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
