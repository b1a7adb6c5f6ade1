"""`pxc compile`: turns Polyaxonfiles into what a target runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from pxc.cli.airflow_options import airflow_options, check_airflow
from pxc.cli.argo_options import argo_options, check_argo
from pxc.cli.cluster_options import cluster_options
from pxc.cli.findings import exit_code, merged, printed
from pxc.cli.inputs import inputs_of, read_given
from pxc.cli.lint_settings import release_of
from pxc.cli.options import (
    STDIN,
    catalog_option,
    catalog_ref_option,
    check_stdin_filename,
    color_option,
    format_option,
    hub_option,
    isolated_option,
    locked_options,
    named_preset_option,
    param_option,
    preset_option,
    python_option,
    spec_version_option,
    stdin_option,
)  # fmt: skip
from pxc.cli.output import as_stream, is_folder, write_file, write_folder
from pxc.cli.principals import Asking, identity_options
from pxc.cli.target_options import (
    check_expose,
    check_revision,
    chosen_earlier,
    chosen_route,
    earlier_options,
    expose_options,
    name_options,
)
from pxc.cli.terminal import say, write_product
from pxc.cli.workspaces import Workspaces
from pxc.defaults import Defaults
from pxc.diagnostics import Diagnostic, Report, Severity, nearest
from pxc.driver import (
    Outcome,
    Request,
    SourceText,
    collisions,
    compile_request,
    pass_list,
    target_names,
)
from pxc.lint.settings import Settings
from pxc.options import EARLIER
from pxc.render import FOR_PEOPLE, sentence

__all__ = ["compile_command"]


def _known_pass(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    names = [name for _, name, _ in pass_list()] if value is not None else []
    if value is None or value in names:
        return value
    near = nearest(value, names)
    hint = f" Did you mean '{near}'?" if near else " 'pxc passes' lists them."
    raise click.BadParameter(f"There is no pass '{value}'.{hint}")


def _complete_pass(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [name for _, name, _ in pass_list() if name.startswith(incomplete)]


@click.command(
    "compile",
    epilog="""\b
Examples:
  pxc compile polyaxonfile.yaml
  pxc compile polyaxonfile.yaml -P lr=0.1 -P epochs=3 -o job.yaml
  pxc compile train.yaml -f presets/gpu.yaml --catalog catalog/
  pxc compile a.yaml b.yaml -o rendered/
  pxc compile train.yaml --resume 8aac02e3-a62a-4f0a-aa25-7c59da5eab80
  pxc compile --hub tensorboard:single-run -P uuid=8aac02e3a62a4f0aaa257c59da5eab80
  pxc compile pipeline.py:nightly --allow-python
  cat polyaxonfile.yaml | pxc compile - | kubectl apply -f -""",
)
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@click.option(
    "-t", "--target", type=click.Choice(target_names()), default="kubernetes", show_default=True,
    help="What to compile for.",
)  # fmt: skip
@hub_option
@python_option
@param_option
@preset_option
@named_preset_option
@click.option(
    "-o", "--output", metavar="PATH", default=STDIN,
    help="Write to this file, or, ending in '/', one file each into this folder.  "
    "[default: standard output]",
)  # fmt: skip
@click.option("-n", "--namespace", metavar="NAME", help="The namespace where nothing else says it.")
@click.option("--owner", metavar="NAME", help="Owner, as templates see it.  [default: default]")
@click.option("--project", metavar="NAME", help="Project, as templates see it.  [default: default]")
@name_options
@expose_options
@click.option(
    "--strict-params", is_flag=True, default=None, help="Refuse params that no input declares."
)
@earlier_options
@cluster_options
@argo_options
@airflow_options
@spec_version_option
@catalog_option
@catalog_ref_option
@isolated_option
@locked_options
@identity_options
@format_option
@color_option
@stdin_option
@click.option(
    "--dump-after", metavar="PASS", callback=_known_pass, shell_complete=_complete_pass,
    help="Write the program as it is after this pass, instead of the output.",
)  # fmt: skip
@click.option(
    "--audit-log", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="Append what becomes of each FILE to this file: what is decided on access, or why nothing "
    "is; each line has the hash of the one before.",
)  # fmt: skip
@click.option("--time", "timing", is_flag=True, help="Say how long each pass took.")
@click.option("-q", "--quiet", is_flag=True, help="Report errors only.")
def compile_command(
    files: tuple[str, ...],
    hubs: tuple[str, ...],
    allow_python: bool,
    target: str,
    params: tuple[tuple[str, str], ...],
    presets: tuple[str, ...],
    named_presets: tuple[str, ...],
    output: str,
    namespace: str | None,
    owner: str | None,
    project: str | None,
    name_policy: str | None,
    revision: str | None,
    expose: str | None,
    expose_host: str | None,
    expose_via: str | None,
    strict_params: bool | None,
    spec_version: str | None,
    catalogs: tuple[str, ...],
    catalog_ref: str | None,
    isolated: bool,
    format_: str,
    color: str,
    stdin_filename: str | None,
    dump_after: str | None,
    audit_log: Path | None,
    timing: bool,
    quiet: bool,
    asking: Asking,
    **cluster: Any,
) -> int:
    """Compile Polyaxonfiles for a target.

    Each FILE is compiled by itself, in the given order; '-' is standard input. Several become one
    stream with '---' between documents, or one file each with -o DIR/. Objects of one name in two
    FILEs are an error. Diagnostics go to standard error. If any FILE has an error, nothing is
    written.
    """
    files = inputs_of(files, hubs)
    check_stdin_filename(stdin_filename, (*files, *presets))
    check_argo(target, cluster)
    check_airflow(target, cluster)
    begins = {name: cluster.pop(name) for name in EARLIER}
    if any(value not in (None, ()) for value in begins.values()):
        cluster["earlier"] = chosen_earlier(begins, len(files))
    if len(files) > 1 and dump_after is not None:
        raise click.UsageError("--dump-after takes a single FILE.")
    unread = Report()
    given = {
        path: read_given(path, unread, stdin_filename, allow_python=allow_python)
        for path in (*files, *presets)
    }
    texts = {path: text for path, text in given.items() if text is not None}
    request = Request(
        files=(),
        params=params,
        target=target,
        overlays=_overlay(texts, stdin_filename),
        dump_after=dump_after,
        timing=timing,
        audit=audit_log is not None,
    )
    chosen = {
        "owner": owner,
        "project": project,
        "namespace": namespace,
        "strict_params": strict_params,
        "presets": named_presets or None,
        "name_policy": name_policy,
        "revision": revision,
        **chosen_route(expose, expose_host, expose_via),
        **cluster,
    }
    outcomes: list[Outcome] = []
    requests: list[Request] = []
    recorded: AbstractContextManager[None] = nullcontext()
    if audit_log is not None:
        from pxc.cli.audited import Compiling, recording

        command = Compiling(audit_log, files, texts, asking, request, unread, requests, outcomes)
        recorded = recording(command)
    with recorded:
        workspaces = Workspaces(
            isolated=isolated, catalogs=catalogs, chosen=chosen, ref=catalog_ref
        )
        for path in files if len(texts) == len(given) else ():
            laid = tuple(texts[p] for p in (path, *presets))
            root = workspaces.root_of(path, stdin_filename)
            release = spec_version or release_of(Path(laid[0].name), isolated=isolated)
            defaults = workspaces.defaults_of(root)
            check_revision(defaults.options)
            check_expose(defaults.options)
            one = replace(
                request,
                files=laid,
                root=root,
                options=defaults.options,
                catalog=defaults.catalog,
                settings=Settings(spec_version=release),
                **asking.fields(defaults.identity, unread, laid, root),
            )
            if not unread.has_errors:
                requests.append(one)
                outcomes.append(_compiled(one, workspaces.proposed(path, stdin_filename)))
    clashes = collisions(outcomes) if len(outcomes) > 1 else Report()
    found = merged([unread, *(o.report for o in outcomes), clashes])
    _say(found, len(files), format_, color, quiet=quiet)
    if any(each.options.acl.mode == "off" for each in requests):
        say("access control is off (acl: {mode: off}): no rule was looked at\n", sys.stderr)
    if timing:
        say(_timings(outcomes), sys.stderr)
    if not clashes.has_errors:
        _write(outcomes, output, dump_after)
    return exit_code(found)


def _compiled(request: Request, proposed: tuple[Path, Defaults] | None) -> Outcome:
    """What a request comes to; where rules are those of a commit, under those of the files, too."""
    if proposed is None:
        return compile_request(request)
    from pxc.changed_rules import compile_change

    root, defaults = proposed
    other = replace(request, root=root, options=defaults.options, catalog=defaults.catalog)
    return compile_change(request, other)


def _overlay(texts: Mapping[str, SourceText], stdin_filename: str | None) -> tuple[SourceText, ...]:
    """Standard input in the place of the file whose name it has."""
    return (texts[STDIN],) if stdin_filename is not None and STDIN in texts else ()


def _say(found: list[Diagnostic], files: int, format_: str, color: str, *, quiet: bool) -> None:
    """Write the diagnostics to standard error and count them."""
    least = Severity.ERROR if quiet else Severity.INFO
    shown = [d for d in found if d.severity >= least]
    summary = printed(shown, files, format_, color, sys.stderr)
    if shown and format_ in FOR_PEOPLE and not quiet:
        say(f"{sentence(summary)}\n", sys.stderr)
    names = [d.code.error for d in shown if d.severity is Severity.ERROR and d.code.error]
    if names and format_ in FOR_PEOPLE:
        problems = "1 access problem" if len(names) == 1 else f"{len(names):,} access problems"
        say(f"{names[0]}: {problems}; nothing was written\n", sys.stderr)


def _write(outcomes: list[Outcome], output: str, dump_after: str | None) -> None:
    """Write the product, if every file has one."""
    if dump_after is not None:  # worth seeing when a later pass failed, too
        text = "".join(o.dump for o in outcomes if o.dump is not None)
        if text:
            _write_text(text if text.endswith("\n") else f"{text}\n", output)
        return
    if any(o.report.has_errors for o in outcomes):
        return
    files = [file for outcome in outcomes for file in outcome.files]
    if files and output != STDIN and is_folder(output):
        write_folder(Path(output), files)
    elif files:
        _write_text(as_stream(files), output)


def _write_text(text: str, output: str) -> None:
    if output == STDIN:
        write_product(text)
    else:
        write_file(Path(output), text)


def _timings(outcomes: list[Outcome]) -> str:
    """A line a pass, milliseconds summed over the files."""
    total: dict[str, float] = {}
    for outcome in outcomes:
        for name, milliseconds in outcome.timings:
            total[name] = total.get(name, 0.0) + milliseconds
    total["total"] = sum(total.values())
    return "".join(f"{milliseconds:10.2f} ms  {name}\n" for name, milliseconds in total.items())
