"""SPDX expressions over our ids, read by the license-expression library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from registry.terms.combine import Each, Expression, Named, OneOf

OPERATORS = (" and ", " or ", " with ", "(", ")")
"""What tells an expression from a name, in lower case."""


def is_expression(text: str) -> bool:
    """Whether a name has an operator of an expression in it."""
    folded = f" {text.casefold()} "
    return any(operator in folded for operator in OPERATORS)


def parse_expression(text: str, named: Callable[[str], Named]) -> Expression | None:
    """An expression; None where it is not one.

    An exception after `WITH` only adds permission, so the licence is held to without it.

    Args:
        text: What was written.
        named: The licence that a name in it comes to.
    """
    from license_expression import ExpressionError, Licensing
    from license_expression import LicenseWithExceptionSymbol as WithException

    def convert(node: Any) -> Expression:
        if isinstance(node, WithException):
            return convert(node.license_symbol)
        if hasattr(node, "operator") and getattr(node, "args", None):
            parts = tuple(convert(part) for part in node.args)
            return OneOf(parts) if str(node.operator).strip().upper() == "OR" else Each(parts)
        return named(str(node.key))

    try:
        parsed = Licensing().parse(text, validate=False, simple=True)
        return convert(parsed) if parsed is not None else None
    except (ExpressionError, TypeError, ValueError, IndexError, RecursionError):
        return None


def write_expression(expression: Expression) -> str:
    """An expression as text over our ids; `AND` binds tighter than `OR`."""
    if isinstance(expression, Named):
        return expression.license
    word = " OR " if isinstance(expression, OneOf) else " AND "
    return word.join(f"({write_expression(part)})" if not isinstance(part, Named) else part.license for part in expression.parts)
