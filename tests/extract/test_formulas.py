"""Formulas of a page never become other numbers."""

import pytest

from etl.extract import extract
from tests.support.pages import page, paragraphs

FORMULAS = {
    "<mfrac><mn>1</mn><mn>2</mn></mfrac>": "1/2",
    "<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>": "(a+b)/2",
    "<mn>3</mn><mo>×</mo><msup><mn>10</mn><mrow><mo>−</mo><mn>5</mn></mrow></msup>": "3×10⁻⁵",
    "<msub><mi>CO</mi><mn>2</mn></msub>": "CO₂",
    "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>": "x_(i)²",
    "<msqrt><mn>2</mn></msqrt>": "√2",
    "<mroot><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mn>3</mn></mroot>": "³√(a+1)",
    "<mfenced><mi>a</mi><mi>b</mi></mfenced>": "(a,b)",
    "<semantics><mrow><mn>7</mn></mrow><annotation encoding='application/x-tex'>7.0</annotation></semantics>": "7",
    "<munderover><mo>∑</mo><mrow><mi>k</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>k</mi>": "∑ₖ₌₁ⁿk",
}


@pytest.mark.parametrize(("formula", "words"), FORMULAS.items(), ids=FORMULAS.values())
def test_a_formula_is_written_in_one_line(formula: str, words: str) -> None:
    body = f"{paragraphs()}<p>每公顷不超过<math>{formula}</math>吨，另行通知的除外。</p>"
    text = extract(page(body=body).encode(), "https://www.yunxi.example/gk/58012.html").text
    assert f"每公顷不超过{words}吨，另行通知的除外。" in text
