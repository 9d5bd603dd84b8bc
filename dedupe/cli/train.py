"""`dedupe train`: a filler model for one's own articles."""

from __future__ import annotations

import sys

import click

from dedupe.cli import options, settings
from dedupe.cli.grouped import GroupedCommand
from dedupe.cli.outputs import OutputFile


@click.command("train", cls=GroupedCommand)
@click.argument(
    "paths", metavar="ACCEPTED...", nargs=-1, required=True, type=click.Path(readable=False)
)
@options.option(
    "Model",
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    default="model.npz",
    show_default=True,
    help="The model; scan with --model FILE.",
)
@options.option(
    "Model",
    "--filler",
    metavar="PATH",
    multiple=True,
    help="Articles of filler, from which wording and endings are learned anew; repeatable.",
)
@options.model_option
@options.input_options
@options.config_options
def command(output: str, filler: tuple[str, ...], **values: object) -> int:
    """Fit the filler model to articles that were accepted.

    A preset then calls its share of the accepted paragraphs filler: strict 0.5, default 2, audit 5
    percent. Nothing is sent anywhere, and the model holds weights and numbers, no text of the
    articles.
    """
    # What the start of the program spares every other command, scikit-learn needs.
    sys.modules.pop("scipy.linalg.cython_blas", None)
    with OutputFile(output) as file:
        from dedupe import pipeline
        from dedupe.filler.modelfile import save
        from dedupe.reports.visible import visible
        from dedupe.reports.wording import counted

        model, told = pipeline.train_model(
            settings.paths(values), filler, settings.config(values), settings.today().isoformat()
        )
        save(model, file.stream)
        file.commit()
    for item in told.skipped:
        click.echo(visible(f"{item.path}: not read: {item.reason}"), err=True)
    sizes = counted(told.articles, "article"), counted(told.paragraphs, "paragraph")
    click.echo(f"{output}: {told.model}, from {sizes[0]} with {sizes[1]}")
    click.echo(f"score from which a paragraph is filler, and in {told.before}:")
    for preset, limit in told.limits.items():
        click.echo(f"  {preset:8} {limit:.2f}  {told.limits_before[preset]:.2f}")
    return 0
