"""A report as one HTML file that reaches for nothing: style and a small script for sorting stand in it, and a policy forbids all else.

Text from outside is shown escaped, without control and reordering characters, and cut where it is very long.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from registry.errors import MissingExtraError, RegistryError, UsageError
from registry.reports.html_figures import draw_lineage, draw_series, is_wide
from registry.reports.report import Report, Row
from registry.reports.report_words import (
    DISCLAIMER,
    FIXERS,
    MARKS,
    SETTLED,
    SHORT,
    TONES,
    VERDICTS,
    digest_of,
    fact_words,
    gravest,
    limit_words,
    number_words,
    path_words,
    share_of,
    value_words,
    visible,
)

if TYPE_CHECKING:
    from jinja2 import Undefined
    from jinja2.sandbox import SandboxedEnvironment

OWN_TEMPLATE = "your template"
"""The name under which a user's own template is loaded; it may extend `report.html.j2`."""

MOST_TEXT = 4_000
"""Longer text is cut."""

MOST_PRINTED = 800
"""Longer text is cut on paper, where typesetting a very long one takes minutes."""

LONG_WORD = 90
"""A longer word may be broken on paper."""

MOST_NAME = 160
"""A longer name is cut."""


def render_html(report: Report, template: str | None = None, *, printed: bool = False) -> str:
    """The document.

    Args:
        report: The report.
        template: The text of a template of the user's own.
        printed: Leave out what only a screen needs.

    Raises:
        MissingExtraError: Jinja is not installed.
        UsageError: The user's template fails.
    """
    try:
        import jinja2
    except ImportError as error:
        raise MissingExtraError("an HTML report", "report") from error
    environment = _environment(template, printed=printed)
    script = _file("sort.js")
    style = _file("print.css") if printed else ""
    values = {
        "report": report,
        "printed": printed,
        "several": len(report.entries) > 1,
        "single_uses": report.portfolio is not None and len(report.entries) == 1,
        "heading": report.title.removeprefix("Licence report: "),
        "knowledge": report.knowledge,
        "policy": _policy(script),
        "style": _safe(f"{_file('style.css')}\n{style or '@media print {' + _file('print.css') + '}'}"),
        "script": _safe(script),
        "disclaimer": DISCLAIMER,
        "ranks": {verdict: rank for rank, verdict in enumerate(VERDICTS)},
        "fixers": FIXERS,
        "marks": MARKS,
        "settled": SETTLED,
        "short": SHORT,
        "tones": TONES,
    }
    name = OWN_TEMPLATE if template is not None else "report.html.j2"
    try:
        return environment.get_template(name).render(values).strip() + "\n"
    except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as error:
        if template is None:
            raise
        line = f" line {error.lineno}" if isinstance(error, jinja2.TemplateSyntaxError) else ""
        raise UsageError(f"the template fails{line}: {visible(error)}", "mend it; it may extend `report.html.j2` and is given `report`") from error


def render_page(name: str, values: Mapping[str, Any]) -> str:
    """A page of ours without any script, in the style of a report.

    Args:
        name: Its template.
        values: What it is given, beside the words that every report uses.

    Raises:
        MissingExtraError: Jinja is not installed.
    """
    needs_jinja("an HTML page")
    given = {
        "policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        "style": _safe(f"{_file('style.css')}\n@media print {{{_file('print.css')}}}"),
        "fixers": FIXERS,
        "marks": MARKS,
        "short": SHORT,
        "tones": TONES,
        "verdicts": VERDICTS,
        **values,
    }
    return _environment(None, printed=False).get_template(name).render(given).strip() + "\n"


def needs_jinja(what: str) -> None:
    """Refuse early, where pages cannot be made.

    Raises:
        MissingExtraError: Jinja is not installed.
    """
    if importlib.util.find_spec("jinja2") is None:
        raise MissingExtraError(what, "report")


def _environment(template: str | None, *, printed: bool) -> SandboxedEnvironment:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    own = {OWN_TEMPLATE: template} if template is not None else {}
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.ChoiceLoader([jinja2.DictLoader(own), jinja2.FunctionLoader(_template)]),
        autoescape=True,
        finalize=_printed if printed else _shown,
        undefined=_undefined(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return environment


def _undefined() -> type[Undefined]:
    """What stands for what is not there: a key that a record lacks is nothing, a name that nobody gave is a mistake."""
    import jinja2

    class Lacking(jinja2.ChainableUndefined):
        """Nothing, where a record has no such key; else an error as soon as it is used."""

        def _check(self) -> None:
            if not isinstance(self._undefined_obj, Mapping):
                self._fail_with_undefined_error()

        def __str__(self) -> str:
            self._check()
            return ""

        def __bool__(self) -> bool:
            self._check()
            return False

        def __iter__(self) -> Iterator[Any]:
            self._check()
            return iter(())

        def __html__(self) -> str:
            return str(self)

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            self._check()
            return self

        __getitem__ = __getattr__

    return Lacking


def _template(name: str) -> str | None:
    """A template of ours, or None."""
    return _file(name) if name.endswith(".html.j2") and "/" not in name else None


def _file(name: str) -> str:
    file = files("registry.reports") / "templates" / name
    if not file.is_file():
        raise RegistryError(f"licet was installed without its template `{name}`", "reinstall it")
    return file.read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """What a browser may do with the document: nothing but show it, its style and the one script whose digest is named."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _safe(text: str) -> Any:
    """Text of our own that is markup."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - our own files and pictures, never text from outside


def _shown(value: Any) -> Any:
    """What stands for a value in the document; markup of ours is left as it is, all else is cleaned and then escaped."""
    if hasattr(value, "__html__"):
        return value
    if not isinstance(value, str):
        return "" if value is None else value
    # Spaces at the ends stand between words of the document.
    before, after = (" " if value[:1].isspace() else ""), (" " if len(value) > 1 and value[-1:].isspace() else "")
    return f"{before}{visible(value, MOST_TEXT)}{after}"


_LONG = re.compile(rf"\S{{{LONG_WORD},}}")


def _printed(value: Any) -> Any:
    """What stands for a value on paper."""
    shown = _shown(value)
    if not isinstance(shown, str) or hasattr(shown, "__html__") or len(shown) < LONG_WORD:
        return shown
    cut = visible(shown, MOST_PRINTED) if len(shown) > MOST_PRINTED else shown
    return _LONG.sub(lambda match: "\N{ZERO WIDTH SPACE}".join(match[0][at : at + 40] for at in range(0, len(match[0]), 40)), cut)


def _name(value: object) -> Any:
    """A name from outside, apart from the direction of the text around it."""
    from markupsafe import escape

    return _safe(f"<bdi>{escape(visible(value, MOST_NAME))}</bdi>")


def _sentence(text: object) -> Any:
    """A sentence in which names stand between backticks."""
    from markupsafe import escape

    return _safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(visible(text, MOST_TEXT)))))


def _link(source: str | None) -> Any:
    """Where a text stands, as a link if it is an address of the web."""
    from markupsafe import escape

    if not source:
        return "not recorded"
    shown = visible(source)
    parts = urlsplit(source) if source.startswith(("https://", "http://")) else None
    if parts is not None and parts.hostname and shown == source:
        return _safe(f'<a href="{escape(source)}" rel="noreferrer noopener">{escape(shown)}</a>')
    return shown


def _size(value: int | None) -> str:
    """A count of parameters in a narrow column."""
    if value is None:
        return "–"
    for size, word in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size * 0.9995:
            return f"{value / size:.3g}{word}"
    return str(value)


def _grouped(values: Iterable[Any], attribute: str, sort: bool = True) -> list[tuple[Any, list[Any]]]:
    """Values by one of their attributes, in the order in which they come unless they are to be sorted."""
    found: dict[Any, list[Any]] = {}
    for value in values:
        found.setdefault(getattr(value, attribute), []).append(value)
    return sorted(found.items()) if sort else list(found.items())


def _by_reason(rows: Iterable[Row]) -> list[tuple[Row, list[Row]]]:
    """Rows that share what decides, each lot with its first, in the order in which they come."""
    found: dict[tuple[str | None, ...], list[Row]] = {}
    for row in rows:
        found.setdefault((row.verdict, row.decides, row.license, row.license_type), []).append(row)
    return [(lot[0], lot) for lot in found.values()]


FILTERS: dict[str, Callable[..., Any]] = {
    "by_reason": _by_reason,
    "capital": lambda text: f"{str(text)[:1].upper()}{str(text)[1:]}",
    "cut": visible,
    "digest": digest_of,
    "fact": fact_words,
    "gravest": gravest,
    "groupby": _grouped,
    "limit": limit_words,
    "link": _link,
    "name": _name,
    "number": number_words,
    "path": path_words,
    "is_wide": is_wide,
    "picture": lambda lineage, number, printed: _safe(draw_lineage(lineage, number, printed=printed)),
    "plot": lambda series, name, title, size="whole": _safe(draw_series(series, name, title, size)),
    "sentence": _sentence,
    "share": share_of,
    "size": _size,
    "value": value_words,
}
"""What templates can do with values."""
