"""`lapor rules ...`: checks the data of the law."""

import typer

app = typer.Typer(help="Check the law as data.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Check the law as data: rules, agencies, statutes and word lists."""


@app.command()
def check() -> None:
    """Check the rules, the agencies, the statutes, the word lists and the texts to people. The exit status is 1 if something is wrong.

    An output line names file and line and says what is wrong: a field that is missing, unknown or of another kind, a misspelt agency or
    word group, a subject without a rule, a rule without a subject, a key that is there twice, a statute that is not known or not in force,
    a reason that names another tier or agency than that of its owner. First comes the form of each file; what they say about each other is
    checked when all have it.
    """
    from complaints.notices import notices
    from router.rulebook.check import mistakes

    notices()
    found = mistakes()
    for mistake in found:
        typer.echo(str(mistake))
    if found:
        typer.echo(f"mistakes in the data: {len(found)}", err=True)
        raise typer.Exit(1)
    typer.echo("the rules, agencies, statutes and word lists are whole", err=True)
