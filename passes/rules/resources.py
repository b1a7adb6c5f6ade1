"""Rules about amounts of resources."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.node import KObject, Lit, Map
from pxc.ir.program import Program
from pxc.passes.rules.authored import authored, operations
from pxc.world import World

_NANO = 10**9
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BYTES = ("memory", "ephemeral-storage")
_LEAST_BYTES = 2**20 * _NANO
_MOST_CORES = 500 * _NANO


def resources(program: Program, world: World, report: Report) -> None:
    """PXC508 limits below requests, PXC509 devices, PXC511 amounts nobody means, PXC512 parts."""
    for node in authored(program, world):
        if isinstance(node, KObject) and node.definition == "V1ResourceRequirements":
            for side in ("requests", "limits"):
                _check_amounts(node.get(side), report)
            _check_order(node.get("requests"), node.get("limits"), report)
            _check_devices(node.get("requests"), node.get("limits"), report)
    for operation in operations(program, world):
        _check_amounts(operation.resources, report)


def _check_amounts(amounts: Any, report: Report) -> None:
    if not isinstance(amounts, Map):
        return
    for key, amount in amounts.entries:
        if not isinstance(key, Lit) or not isinstance(amount, Lit):
            continue
        name, text = str(key.value), str(amount.value)
        value = _nano(text)
        if value is None or value <= 0:
            continue
        if name in _BYTES and value < _LEAST_BYTES:
            _report_bytes(name, text, amount, report)
        elif name == "cpu" and (text.endswith("i") or value >= _MOST_CORES):
            _report_cores(text, amount, report)
        elif ("/" in name or name == "gpu") and value % _NANO:
            report.add(
                "PXC512",
                f"`{name}` is counted in whole devices, not `{text}`",
                amount.span,
                help="write a whole number; devices are shared by the cluster's device plugin",
            )


def _report_bytes(name: str, text: str, amount: Lit[Any], report: Report) -> None:
    digits = text.removesuffix("m").removesuffix("k")
    report.add(
        "PXC511",
        f"`{name}: {text}` is less than a mebibyte" + (": `m` is a thousandth of a byte"
                                                     if text.endswith("m") else ""),
        amount.span,
        help=f"did you mean `{digits}Mi`?",
    )  # fmt: skip


def _report_cores(text: str, amount: Lit[Any], report: Report) -> None:
    if text.endswith("i"):
        message, help = f"`cpu: {text}` is an amount of bytes", "cores have no unit: `2`, `500m`"
    else:
        message, help = f"`cpu: {text}` is more cores than a machine has", "`m` is a thousandth"
        if text.isdecimal():
            help = f"did you mean `{text}m`, thousandths of a core?"
    report.add("PXC511", message, amount.span, help=help)


def _check_order(requests: Any, limits: Any, report: Report) -> None:
    if not isinstance(requests, Map) or not isinstance(limits, Map):
        return
    for key, limit in limits.entries:
        if not isinstance(key, Lit):
            continue
        asked = requests.get(str(key.value))
        if not isinstance(limit, Lit) or not isinstance(asked, Lit):
            continue
        most, least = _nano(str(limit.value)), _nano(str(asked.value))
        if most is not None and least is not None and most < least:
            report.add(
                "PXC508",
                f"the limit of `{key.value}`, `{limit.value}`, is below the request,"
                f" `{asked.value}`",
                limit.span,
                notes=(Note("the request", asked.span),),
                help="Kubernetes refuses such a pod: raise the limit, or lower the request",
            )


def _check_devices(requests: Any, limits: Any, report: Report) -> None:
    """PXC509: devices cannot be shared, so what is requested must be the limit too."""
    if not isinstance(requests, Map) or not (limits is None or isinstance(limits, Map)):
        return
    for key, asked in requests.entries:
        name = str(key.value) if isinstance(key, Lit) else ""
        if "/" not in name or "kubernetes.io/" in name or not isinstance(asked, Lit):
            continue
        limit = limits.get(name) if limits is not None else None
        if limit is not None and not isinstance(limit, Lit):
            continue
        least = _nano(str(asked.value))
        most = _nano(str(limit.value)) if limit is not None else None
        if least is None or (limit is not None and (most is None or most <= least)):
            continue  # equal is right, and less is PXC508
        report.add(
            "PXC509",
            f"`{name}` is requested without a limit"
            if limit is None
            else f"the request of `{name}`, `{asked.value}`, is not its limit, `{limit.value}`",
            asked.span,
            notes=() if limit is None else (Note("the limit", limit.span),),
            help="Kubernetes refuses such a pod: write the number under `limits` alone",
        )


def _nano(text: str) -> int | None:
    """A quantity in billionths; None for what is none and for parts below a billionth."""
    number = text.rstrip("KMGTPEikmnu")
    suffix = text[len(number) :]
    whole, _, part = number.partition(".")
    if not (whole + part).isascii() or not (whole + part).isdecimal() or len(text) > 40:
        return None
    scale = 1024 ** _BINARY[suffix] if suffix in _BINARY else 1
    if suffix not in _BINARY and suffix not in _DECIMAL:
        return None
    exponent: int = 9 + (0 if suffix in _BINARY else _DECIMAL[suffix]) - len(part)
    amount = int(whole + part) * scale
    power = int(10 ** abs(exponent))
    return amount * power if exponent >= 0 else -(-amount // power)
