"""Templates of one language: texts are translated when a template is compiled, and become constants in it."""

from collections.abc import Callable
from typing import Any

from babel.support import NullTranslations
from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup


class TranslatedTemplates(Environment):
    """An environment with the texts of a catalog. Only texts with placeholders are looked up for each page."""

    def __init__(self, translations: NullTranslations, **options: Any) -> None:
        super().__init__(extensions=["jinja2.ext.i18n"], **options)
        self._translations = translations
        self.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template: nodes.Template = _Constants(self._translations).visit(super()._parse(source, name, filename))
        return template


class _Constants(NodeTransformer):
    def __init__(self, translations: NullTranslations) -> None:
        self._functions: dict[str, Callable[..., str]] = {
            "_": translations.ugettext,
            "pgettext": translations.upgettext,
        }

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:
        """Replaces a call with only a text, such as `_("Records")`, by the translated text."""
        self.generic_visit(node)
        named, texts = node.node, [each.value for each in node.args if isinstance(each, nodes.Const)]
        function = self._functions.get(named.name) if isinstance(named, nodes.Name) else None
        if function is None or len(texts) < len(node.args) or node.kwargs or node.dyn_args or node.dyn_kwargs:
            return node
        # Jinja does the same at run time: a doubled percent sign becomes a single one.
        return nodes.MarkSafe(nodes.Const(str(Markup(function(*texts)) % {})), lineno=node.lineno)
