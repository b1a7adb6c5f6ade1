"""THE table of diagnostic codes: id, slug, severity, the release that brought it."""

from enum import IntEnum
from functools import cache

from msgspec import Struct


class Severity(IntEnum):
    """How bad a finding is; only errors stop a compilation."""

    INFO = 1
    WARNING = 2
    ERROR = 3


class Code(Struct, frozen=True):
    """One kind of finding. An id is never reused; users may write the id or the slug."""

    id: str
    slug: str
    severity: Severity
    since: str = "0.1"

    @property
    def error(self) -> str:
        """The name of the error that it is: `CompilationError` for what may not be run."""
        return "CompilationError" if self.id in FORBIDDING else ""


FORBIDDING = frozenset(
    ("PXC237", "PXC801", "PXC803", "PXC812", "PXC813", "PXC814", "PXC815", "PXC816", "PXC817",
     "PXC820", "PXC821", "PXC822", "PXC823", "PXC824")
)  # fmt: skip
"""Codes of correct files that somebody may not run, or not in this place or amount."""

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

_TABLE: tuple[tuple[str, str, Severity], ...] = (
    ("PXC000", "internal-error", _E),
    # 0 syntax and file
    ("PXC001", "invalid-yaml", _E),
    ("PXC002", "not-a-mapping", _E),
    ("PXC003", "duplicate-key", _E),
    ("PXC004", "yaml11-float-string", _W),
    ("PXC005", "yaml11-bool", _W),
    ("PXC006", "yaml-sexagesimal", _W),
    ("PXC007", "implicit-date", _W),
    ("PXC008", "float-loses-zero", _W),
    ("PXC009", "tab-indent", _E),
    ("PXC010", "anchor-merge", _W),
    ("PXC011", "unquoted-template", _E),
    ("PXC012", "multi-doc", _E),
    ("PXC013", "bom-or-crlf", _I),
    ("PXC014", "empty-file", _E),
    ("PXC015", "nested-too-deep", _E),
    ("PXC016", "alias-explosion", _E),
    ("PXC017", "file-too-large", _E),
    ("PXC018", "not-utf8", _E),
    ("PXC019", "yaml-tag", _E),
    ("PXC020", "leading-zero-number", _W),
    ("PXC021", "file-not-found", _E),
    ("PXC022", "scalar-too-large", _E),
    ("PXC023", "too-many-findings", _W),
    ("PXC024", "unfit-character", _E),
    ("PXC032", "no-data", _E),
    ("PXC034", "foreign-document", _E),
    ("PXC035", "python-not-allowed", _E),
    ("PXC036", "python-exception", _E),
    ("PXC037", "python-syntax", _E),
    ("PXC038", "python-attribute", _E),
    ("PXC039", "python-limit", _E),
    ("PXC040", "python-died", _E),
    ("PXC041", "python-not-confined", _W),
    ("PXC042", "python-prints", _I),
    ("PXC044", "python-not-executed", _I),
    ("PXC045", "python-reference", _E),
    # 1 schema
    ("PXC101", "unknown-field", _E),
    ("PXC102", "misspelled-field", _E),
    ("PXC103", "misplaced-field", _E),
    ("PXC104", "missing-field", _E),
    ("PXC105", "wrong-type", _E),
    ("PXC106", "connection-object-inline", _E),
    ("PXC107", "exactly-one-ref", _E),
    ("PXC108", "unknown-kind", _E),
    ("PXC109", "unknown-runtime", _E),
    ("PXC110", "snake-case", _W),
    ("PXC111", "version-unsupported", _W),
    ("PXC112", "bad-name", _E),
    ("PXC113", "string-command", _W),
    ("PXC115", "field-without-effect", _W),
    ("PXC116", "value-not-allowed", _E),
    ("PXC117", "implicit-job", _I),
    ("PXC118", "fields-exclude-each-other", _E),
    ("PXC119", "removed-field", _E),
    ("PXC120", "no-runtime", _E),
    ("PXC121", "ignored-in-preset", _W),
    ("PXC122", "legacy-runtime", _W),
    ("PXC123", "patch-does-not-fit", _E),
    ("PXC124", "template-not-allowed", _E),
    ("PXC125", "reference-without-effect", _W),
    ("PXC126", "build-of-dag", _E),
    ("PXC127", "not-in-spec-version", _E),
    ("PXC128", "command-joined", _W),
    ("PXC129", "short-param-here", _W),
    ("PXC131", "template-not-filled-in", _E),
    ("PXC136", "container-security-on-pod", _W),
    # 2 inputs, types, references
    ("PXC201", "duplicate-input", _E),
    ("PXC202", "default-type-mismatch", _E),
    ("PXC203", "required-with-default", _E),
    ("PXC204", "missing-param", _E),
    ("PXC205", "unknown-param", _W),
    ("PXC206", "param-type-mismatch", _E),
    ("PXC207", "unused-input", _W),
    ("PXC208", "image-not-a-reference", _E),
    ("PXC209", "unknown-connection", _E),
    ("PXC211", "mount-without-volume", _E),
    ("PXC212", "path-ref", _E),
    ("PXC213", "hub-ref-unresolved", _E),
    ("PXC214", "validation-failed", _E),
    ("PXC215", "untyped-input", _W),
    ("PXC216", "output-never-produced", _E),
    ("PXC217", "reserved-input-name", _E),
    ("PXC218", "unknown-type", _E),
    ("PXC219", "param-ref", _E),
    ("PXC220", "url-ref", _E),
    ("PXC221", "reference-cycle", _E),
    ("PXC222", "flag-not-bool", _E),
    ("PXC223", "undeclared-param", _E),
    ("PXC224", "unknown-preset", _E),
    ("PXC225", "param-given-twice", _E),
    ("PXC226", "validation-does-not-apply", _E),
    ("PXC227", "bad-hub-ref", _E),
    ("PXC228", "event-ref", _W),
    ("PXC229", "param-overridden", _W),
    ("PXC230", "volume-unused", _W),
    ("PXC231", "version-not-found", _E),
    ("PXC232", "hub-not-locked", _E),
    ("PXC233", "hub-fetched-unlocked", _W),
    ("PXC234", "hub-digest-mismatch", _E),
    ("PXC235", "hub-signature", _E),
    ("PXC236", "hub-unsigned", _W),
    ("PXC237", "component-not-allowed", _E),
    ("PXC238", "hub-offline", _E),
    ("PXC240", "hub-yanked", _E),
    ("PXC241", "hub-stage", _W),
    ("PXC242", "not-a-component", _E),
    ("PXC243", "registry-fault", _E),
    ("PXC244", "lock-fault", _E),
    ("PXC245", "not-publishable", _E),
    ("PXC246", "hub-no-version", _E),
    ("PXC247", "hub-latest", _W),
    ("PXC248", "hub-latest-denied", _E),
    ("PXC249", "hub-stale", _W),
    # 3 expressions
    ("PXC301", "template-syntax", _E),
    ("PXC302", "unknown-variable", _E),
    ("PXC303", "hyphen-in-expression", _E),
    ("PXC304", "unknown-filter", _E),
    ("PXC305", "template-type", _E),
    ("PXC306", "optional-used-raw", _W),
    ("PXC307", "not-available-here", _E),
    ("PXC309", "shell-injection", _W),
    ("PXC311", "dollar-brace", _W),
    ("PXC312", "constant-expression", _I),
    ("PXC314", "expression-failed", _E),
    ("PXC315", "expression-budget", _E),
    ("PXC316", "template-loop", _E),
    ("PXC317", "bad-condition", _E),
    ("PXC318", "undeclared-variable", _W),
    # 4 dag, hooks, joins, schedule and matrix
    ("PXC319", "arguments-as-one-text", _W),
    ("PXC320", "namespace-in-queue", _W),
    # 4 matrix and schedule
    ("PXC401", "bad-space", _E),
    ("PXC402", "explosion", _W),
    ("PXC403", "grid-with-continuous", _E),
    ("PXC404", "param-not-input", _W),
    ("PXC405", "param-unused-in-run", _W),
    ("PXC406", "no-seed", _W),
    ("PXC407", "metric-missing", _E),
    ("PXC408", "duplicate-values", _W),
    ("PXC409", "concurrency-too-large", _W),
    ("PXC410", "ignored-field", _W),
    ("PXC411", "no-optimization", _W),
    ("PXC412", "probability-missing", _W),
    ("PXC420", "cycle", _E),
    ("PXC421", "unknown-dependency", _E),
    ("PXC422", "missing-dependency", _W),
    ("PXC423", "redundant-edge", _I),
    ("PXC424", "always-skipped", _W),
    ("PXC425", "type-across-edge", _E),
    ("PXC426", "duplicate-operation-name", _E),
    ("PXC427", "single-op-dag", _W),
    ("PXC428", "unknown-component", _E),
    ("PXC429", "schedule-in-dag", _E),
    ("PXC430", "bad-cron", _E),
    ("PXC431", "cron-timezone", _W),
    ("PXC432", "overlap", _W),
    ("PXC433", "start-after-end", _E),
    ("PXC434", "every-minute", _W),
    ("PXC435", "bad-duration", _E),
    ("PXC436", "bad-time", _E),
    ("PXC440", "join-query-syntax", _E),
    ("PXC441", "join-unbounded", _W),
    ("PXC442", "hook-trigger-unknown", _E),
    ("PXC443", "hook-without-connection", _W),
    ("PXC444", "join-field-unknown", _E),
    ("PXC445", "join-without-edge", _W),
    ("PXC446", "unknown-output", _E),
    ("PXC447", "dag-too-large", _E),
    ("PXC448", "join-field-unlisted", _W),
    # 5 Kubernetes practice
    ("PXC501", "no-requests", _W),
    ("PXC502", "moving-url-ref", _W),
    ("PXC503", "image-no-tag", _W),
    ("PXC504", "image-latest", _W),
    ("PXC505", "image-no-digest", _I),
    ("PXC506", "git-no-revision", _W),
    ("PXC507", "hub-no-tag", _W),
    ("PXC508", "limits-below-requests", _W),
    ("PXC509", "gpu-requests-differ", _W),
    ("PXC510", "bad-quantity", _E),
    ("PXC511", "quantity-suspicious", _W),
    ("PXC512", "fractional-gpu", _W),
    ("PXC513", "no-timeout", _W),
    ("PXC514", "retries-unbounded", _W),
    ("PXC515", "pull-policy-and-tag", _W),
    ("PXC516", "service-without-probe", _W),
    ("PXC517", "port-conflict", _E),
    ("PXC518", "pip-install-at-runtime", _W),
    ("PXC519", "node-name-pinned", _W),
    ("PXC520", "replicas-one-distributed", _W),
    ("PXC521", "master-count", _E),
    ("PXC522", "shm-missing", _W),
    ("PXC523", "unwritable-workdir", _W),
    ("PXC524", "request-above-limit", _E),
    ("PXC525", "variable-set-twice", _W),
    ("PXC526", "resource-given-twice", _W),
    ("PXC527", "argument-too-long", _W),
    # 530 earlier runs
    ("PXC530", "bad-run", _E),
    ("PXC531", "no-earlier-artifacts", _E),
    ("PXC532", "not-one-run", _E),
    ("PXC533", "starts-once", _W),
    ("PXC534", "bad-copied-path", _E),
    ("PXC535", "nothing-brought-back", _W),
    ("PXC536", "name-of-earlier-run", _W),
    ("PXC537", "copy-into-bucket", _E),
    # 6 security
    ("PXC601", "secret-literal", _W),
    ("PXC602", "secret-in-args", _W),
    ("PXC603", "url-credentials", _W),
    ("PXC604", "secret-as-input", _W),
    ("PXC605", "privileged", _W),
    ("PXC606", "host-access", _W),
    ("PXC607", "unsafe-template", _E),
    ("PXC608", "default-service-account", _W),
    ("PXC609", "untrusted-registry", _W),
    ("PXC610", "curl-pipe-sh", _W),
    ("PXC611", "wildcard-toleration", _W),
    # 7 targets
    ("PXC701", "target-unsupported", _E),
    ("PXC702", "target-lossy", _W),
    ("PXC703", "run-time-value-here", _E),
    ("PXC704", "command-from-registry", _W),
    ("PXC705", "large-workflow", _W),
    ("PXC706", "gate-task", _I),
    ("PXC710", "name-collision", _E),
    ("PXC712", "ttl-with-selfheal", _W),
    # 8 catalog
    ("PXC801", "access-denied", _E),
    ("PXC802", "queue-unknown", _E),
    ("PXC803", "never-fits", _E),
    ("PXC804", "open-project", _W),
    ("PXC805", "cost-above", _W),
    ("PXC810", "catalog-invalid", _E),
    ("PXC811", "agent-setting-left-out", _W),
    ("PXC812", "run-not-permitted", _E),
    ("PXC813", "not-in-catalog", _E),
    ("PXC814", "denied-by-rule", _E),
    ("PXC815", "outside-restriction", _E),
    ("PXC816", "above-bound", _E),
    ("PXC817", "unresolved-claim", _E),
    ("PXC818", "denied-softly", _W),
    ("PXC820", "quota-exceeded", _E),
    ("PXC821", "will-queue", _I),
    ("PXC822", "requests-missing", _E),
    ("PXC823", "too-parallel", _E),
    ("PXC824", "duration-above", _E),
    ("PXC830", "identity-fault", _E),
    ("PXC831", "rules-changed-here", _W),
    ("PXC832", "rule-lint", _W),
    # 9 meta
    ("PXC901", "deprecated-spec", _I),
    ("PXC902", "unused-ignore", _W),
    ("PXC903", "unknown-rule-in-ignore", _W),
    ("PXC904", "ignore-without-reason", _W),
    ("PXC910", "missing-description", _I),
    ("PXC911", "missing-name", _I),
    ("PXC912", "key-order", _I),
    ("PXC913", "long-inline-script", _I),
    ("PXC914", "copy-paste-operations", _I),
    ("PXC930", "no-schema-modeline", _I),
    # 94 and 95 what version 0 had and version 1.1 has not
    ("PXC940", "v0-id", _E),
    ("PXC942", "v0-build-destination", _W),
    ("PXC943", "v0-name-to-declare", _W),
    ("PXC948", "v0-amount-assumed", _I),
    ("PXC949", "v0-without-counterpart", _W),
    ("PXC954", "v0-code-revision", _E),
    ("PXC956", "v0-retry-pause", _W),
    ("PXC957", "v0-condition", _E),
    ("PXC958", "v0-backend", _W),
    ("PXC959", "v0-reference", _E),
    ("PXC960", "v0-operation-concurrency", _W),
    ("PXC961", "v0-operation-kind", _W),
    ("PXC962", "v0-operation-override", _E),
    ("PXC964", "v0-anchors", _I),
)

CODES: dict[str, Code] = {i: Code(i, slug, severity) for i, slug, severity in _TABLE}


@cache
def by_slug() -> dict[str, Code]:
    """The codes under their slugs."""
    return {code.slug: code for code in CODES.values()}


def find(text: str) -> Code | None:
    """The code a user means by an id (any case, or its digits alone) or a slug."""
    if text.isdecimal():
        text = f"PXC{text}"
    return CODES.get(text.upper()) or by_slug().get(text.lower())
