"""The table of what an operation asks for and is given: inputs, outputs, params, joins."""

from __future__ import annotations

from pxc.grammar.shapes import (
    Anything,
    Boolean,
    Integer,
    ListOf,
    MapOf,
    Model,
    Number,
    Special,
    Text,
    Verbatim,
    fields,
)  # fmt: skip
from pxc.ir import io
from pxc.releases import Known

__all__ = ["IO", "JOIN", "PARAMS", "PARAM_FIELDS"]

PARAM_FIELDS = fields(
    value=(Anything(), "the value"),
    ref=(Text(), "who gives the value: `ops.NAME`, `runs.UUID` or `dag`"),
    toInit=(Boolean(), "bring the value in by an init step"),
    toEnv=(Text(), "environment variable that holds the value", Known(since="1.11")),
    contextOnly=(Boolean(), "for expressions only: no input needs to declare it"),
    connection=(Text(), "connection the value belongs to"),
)
"""The long form of a param; a map with none of these keys is a value itself."""

PARAMS = MapOf(Special("param"), template=False, table=True)

JOIN = Model(
    "join",
    io.Join,
    fields(
        query=(Special("query"), "query that selects runs"),
        sort=(Special("sort"), "order of the runs"),
        limit=(Integer(minimum=1, quoted=True), "how many runs at most"),
        offset=(Integer(minimum=0, quoted=True), "how many runs are passed over"),
        ref=(Text(), "upstream the runs belong to", Known(since="2.0")),
        params=(PARAMS, "which values of the runs become params"),
    ),
    required=("query",),
)

_VALIDATION = Model(
    "validation",
    io.Validation,
    fields(
        delay=(Boolean(), "validate when the run starts"),
        gt=(Number(), "greater than"),
        ge=(Number(), "greater than or equal"),
        lt=(Number(), "less than"),
        le=(Number(), "less than or equal"),
        multipleOf=(Number(), "a multiple of"),
        minDigits=(Integer(), "least number of digits"),
        maxDigits=(Integer(), "largest number of digits"),
        decimalPlaces=(Integer(), "largest number of decimal places"),
        regex=(Verbatim(), "regular expression the text must match"),
        minLength=(Integer(), "least length"),
        maxLength=(Integer(), "largest length"),
        contains=(Anything(), "what the value must contain"),
        excludes=(Anything(), "what the value must not contain"),
        options=(Anything(), "the values that are allowed"),
        minItems=(Integer(), "least number of items"),
        maxItems=(Integer(), "largest number of items"),
        keys=(ListOf(Text()), "keys that must be there"),
        containsKeys=(ListOf(Text()), "keys that must be there"),
        excludesKeys=(ListOf(Text()), "keys that must not be there"),
    ),
    moved={"min": "use `ge` (or `gt`)", "max": "use `le` (or `lt`)"},
)

IO = Model(
    "input or output",
    io.IO,
    fields(
        name=(Text(template=False), "name, used in expressions"),
        description=(Verbatim(), "what it is for"),
        type=(Text(template=False), "type of the value"),
        value=(Anything(), "default value"),
        isOptional=(Boolean(template=False), "whether it may be left out"),
        isList=(Boolean(template=False), "whether the value is a list of the type"),
        isFlag=(Boolean(template=False), "render a boolean as `--name` or nothing"),
        argFormat=(Verbatim(), "template of `params.NAME.as_arg`"),
        connection=(Special("connection name"), "connection the value belongs to"),
        toInit=(Boolean(), "bring the value in by an init step"),
        toEnv=(Text(), "environment variable that holds the value", Known(since="1.11")),
        validation=(_VALIDATION, "what a value must satisfy", Known(since="2.0")),
        delayValidation=(Boolean(template=False), "deprecated: use `validation.delay`"),
        options=(Anything(), "deprecated: use `validation.options`"),
    ),
    required=("name",),
    moved={
        "default": "the default value is `value`",
        "required": "an input without `value` is required; `isOptional: true` frees it",
        "min": "use `validation: {ge: ...}`",
        "max": "use `validation: {le: ...}`",
    },
)
