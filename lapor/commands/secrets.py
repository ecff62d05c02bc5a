"""`lapor secret ...`: compares the secret of an installation with the one used before, and adopts a changed one."""

from typing import Annotated

import typer

from lapor.commands.options import DataDir

app = typer.Typer(
    help="Compare the installation's secret with what was sealed, or take a changed one.", no_args_is_help=True
)


@app.command()
def check(*, data_dir: DataDir = None) -> None:
    """Compare the secret file with what the data folder and the citizens' states in Kafka were made with.

    Use it after a restore and before a start. The status is 2 if it is another secret.
    """
    from lapor.local.note import settings_in
    from lapor.processes.secret import require_known

    settings = settings_in(data_dir)
    typer.echo(f"{settings.secret_path}: {require_known(settings)}, as before")


@app.command()
def adopt(
    *,
    data_dir: DataDir = None,
    yes: Annotated[bool, typer.Option("--yes", help="Take it: without this option nothing is changed.")] = False,
) -> None:
    """Take a secret that was changed on purpose, for the processes that use this data folder.

    What was sealed with the former secret stays closed: citizens who wrote before hear no more of their cases, and a person has another
    pseudonym than before. Stop the services and let the mailboxes be read first. Every host takes it for its own folder.
    """
    from complaints.crypto import Keyring, load_secret
    from complaints.errors import ConfigurationError
    from lapor.local.note import settings_in
    from lapor.processes import secret

    settings = settings_in(data_dir)
    keys = Keyring.from_secret(load_secret(settings.secret_path))
    former = secret.of_folder(settings.data) or "none"
    if not yes:
        raise ConfigurationError(
            f"the folder {settings.data} would have the secret {keys.key_id} in place of {former}, and citizens known before would hear no"
            " more: add --yes if that is meant"
        )
    secret.adopt(settings.data, keys)
    typer.echo(f"{settings.data}: {keys.key_id} in place of {former}")
