"""The filters that make texts and numbers in expr-lang."""

from __future__ import annotations

from msgspec.structs import replace

from pxc.targets.argo.expr_filters import COMPUTE, Application, Function
from pxc.targets.argo.expr_texts import argument, joined
from pxc.targets.argo.expr_values import (
    BOOL,
    CONDITION,
    FLOAT,
    INT,
    OR,
    PRODUCT,
    STR,
    SUM,
    Said,
    Type,
    bind,
    constant,
    fail,
)

__all__ = ["TEXT_FILTERS"]


def _string(at: Application, said: Said) -> Said:
    at.only()
    return replace(at.text(said), type=STR)


def _lower(at: Application, said: Said) -> Said:
    """Go and Python agree on every letter but two."""
    at.only()
    foreign = f"{{0}} matches '[İΣ]' ? {fail('`lower` of `İ` or `Σ`')} : lower({{0}})"
    return replace(bind(at.text(said), foreign.format), type=STR)


def _upper(at: Application, said: Said) -> Said:
    """Go and Python agree on the letters of ASCII, and not on `ß`."""
    at.only()
    message = fail("`upper` of letters beyond ASCII")

    def made(text: str) -> str:
        return f"{text} matches '[^\\\\x00-\\\\x7f]' ? {message} : upper({text})"

    return replace(bind(at.text(said), made), type=STR)


def _trim(at: Application, said: Said) -> Said:
    chars = at.argument(0, "chars")
    rest = f", {at.text(chars).text}" if chars is not None else ""
    return Said(f"trim({at.text(said).text}{rest})", STR)


def _replace(at: Application, said: Said) -> Said:
    old, new = at.argument(0, "old"), at.argument(1, "new")
    if old is None or new is None:
        raise at.refused("`replace` needs two texts", "write `replace('a', 'b')`")
    count = at.known(2, "count", None)
    texts = [at.text(part).text for part in (said, old, new)]
    return Said(f"replace({', '.join([*texts, *([] if count is None else [str(count)])])})", STR)


def _percent(at: Application, pattern: str, values: list[Said]) -> Said:
    """A pattern with nothing in it but `%s`, `%d` and `%%`."""
    pieces: list[Said] = []
    text, rest = "", pattern
    waiting = list(values)
    while rest:
        before, found, rest = rest.partition("%")
        text += before
        if found and rest.startswith("%"):
            text += "%"
        elif found:
            whole = rest.startswith("d") and bool(waiting) and waiting[0].type == INT
            if not waiting or not (whole or rest.startswith("s")):
                raise at.refused("Argo knows `%s` only", "format the value in the container")
            pieces += [*([constant(text, at.span)] if text else []), at.text(waiting.pop(0))]
            text = ""
        rest = rest[1:] if found else rest
    if waiting:
        raise at.refused("the pattern takes fewer values", "write a `%s` for each")
    return joined([*pieces, *([constant(text, at.span)] if text or not pieces else [])])


def _map_format(at: Application, said: Said) -> Said:
    if at.argument(1, "variable_name") is not None:
        raise at.refused("Argo has no named values in patterns", "write `%s`")
    return _percent(at, str(at.known(0, "pattern", "")), [said])


def _format(at: Application, said: Said) -> Said:
    if at.named or not said.constant:
        raise at.refused("Argo formats by a known pattern with `%s` only", COMPUTE)
    return _percent(at, str(said.constant[0]), list(at.args))


# Numbers

_DIGITS = "[0-9](?:_?[0-9])*"
_WHOLE = f"^\\\\s*[+-]?{_DIGITS}\\\\s*$"
_DECIMAL = f"(?:{_DIGITS}(?:\\\\.(?:{_DIGITS})?)?|\\\\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?"
_NUMBER = f"^\\\\s*[+-]?(?:{_DECIMAL}|(?i:inf|infinity|nan))\\\\s*$"
_CUT = f"abs({{0}}) < 9e18 ? int({{0}}) : {fail('a whole number of more than 64 bits')}"
_FINITE = f"^\\\\s*[+-]?{_DECIMAL}\\\\s*$"


def _int(at: Application, said: Said) -> Said:
    """A whole number, made of text as Python makes it, else the default."""
    if at.known(1, "base", 10) != 10:
        raise at.refused("Argo reads whole numbers to the base 10 only", COMPUTE)
    if said.type == INT:
        return said.without_raw()
    if said.type.name in ("float", "number"):
        return replace(bind(said, _CUT.format), type=INT)
    if said.type == BOOL:
        return Said(f"{said.at(OR)} ? 1 : 0", INT, CONDITION)
    otherwise = at.argument(0, "default") or constant(0, at.span)

    def made(text: str) -> str:
        digits = f"replace(trim({text}), '_', '')"
        cut = bind(Said(f"float({digits})", FLOAT), _CUT.format)
        return (
            f"{text} matches '{_WHOLE}' ? int({digits}) : "
            f"({text} matches '{_FINITE}' ? {cut.at(OR)} : {otherwise.at(OR)})"
        )

    return replace(bind(_as_text(at, said), made), type=_either(INT, otherwise, at))


def _float(at: Application, said: Said) -> Said:
    """A number, made of text as Python makes it, else the default."""
    if said.type.name in ("int", "float", "number"):
        return Said(f"float({said.text})", FLOAT) if said.type != FLOAT else said.without_raw()
    if said.type == BOOL:
        return Said(f"{said.at(OR)} ? 1.0 : 0.0", FLOAT, CONDITION)
    otherwise = at.argument(0, "default") or constant(0.0, at.span)

    def made(text: str) -> str:
        digits = f"float(replace(trim({text}), '_', ''))"
        return f"{text} matches '{_NUMBER}' ? {digits} : {otherwise.at(OR)}"

    return replace(bind(_as_text(at, said), made), type=_either(FLOAT, otherwise, at))


def _as_text(at: Application, said: Said) -> Said:
    """Text that a number is made of; of JSON, the number itself as text."""
    if said.type.is_text or said.type.name == "json":
        return at.text(said)
    raise at.needs("text or a number", said)


def _either(type: Type, otherwise: Said, at: Application) -> Type:
    if otherwise.type == type:
        return type
    if otherwise.type in (INT, FLOAT):
        return Type("number")
    raise at.refused(f"`{at.name}` with {otherwise.type} for a default has no one type", COMPUTE)


def _abs(at: Application, said: Said) -> Said:
    if said.type.name not in ("int", "float", "number"):
        raise at.needs("a number", said)
    if said.type == INT:
        return Said(f"abs({said.text})", INT)
    return Said(f"abs({said.text}) + 0", said.type, SUM)  # that of -0.0 is 0.0, but not in Go


def _round(at: Application, said: Said) -> Said:
    """To whole numbers, where `common` takes the even neighbour; up or down to digits."""
    digits, method = at.known(0, "precision", 0), at.known(1, "method", "common")
    if said.type == INT and isinstance(digits, int) and digits >= 0 and method == "common":
        return said.without_raw()
    if said.type.name not in ("int", "float"):
        raise at.needs("a number", said)
    if method == "common":
        if digits not in (0, None):
            raise at.refused(
                "Argo does not round to digits as Python does",
                "write `round(2, 'floor')`, or round in the container",
            )
        made = bind(said, "{0} - floor({0}) == 0.5 ? 2 * round({0} / 2) : round({0})".format)
        if digits is None:
            return Said(f"int({made.text})", INT)
        return replace(made, type=FLOAT)
    if method not in ("ceil", "floor") or not 0 <= digits <= 15:
        raise at.refused("Argo rounds `ceil` and `floor` to 0 to 15 digits", COMPUTE)
    name, scale = method, 10**digits
    scaled = said.text if scale == 1 else f"{said.at(PRODUCT)} * {scale}"
    return Said(f"({name}({scaled}) + 0) / {scale}", FLOAT, PRODUCT)


def _tojson(at: Application, said: Said) -> Said:
    at.only()
    if said.type.name in ("list", "dict"):
        return Said(f"toJson({said.text})", STR)
    if said.type.is_text or said.type.name == "json":
        return Said(f"toJson({said.text})", STR)
    return replace(argument(said.without_raw(), at.span), type=STR)


TEXT_FILTERS: dict[str, Function] = {
    "abs": _abs, "float": _float, "format": _format, "int": _int, "lower": _lower,
    "map_format": _map_format, "replace": _replace, "round": _round, "safe": _string,
    "string": _string, "tojson": _tojson, "trim": _trim, "upper": _upper,
}  # fmt: skip
