"""The command that makes keys for the API's clients."""

from pathlib import Path
from typing import Annotated

import typer


def api_key(
    name: Annotated[str, typer.Argument(help="Who will use it: letters, digits, hyphens.")],
    file: Annotated[
        Path | None, typer.Option(help="Append its line to this file; the file never holds the key.")
    ] = None,
) -> None:
    """Make a key for a client of the API. It is shown once; LAPOR_API_KEYS_FILE gets the line of its hash."""
    from channels.web.security import new_api_key
    from complaints.errors import ConfigurationError

    if not name.replace("-", "").isalnum() or not name.isascii():
        raise ConfigurationError(f"{name!r} is no name of letters, digits and hyphens")
    key, line = new_api_key(name)
    if file is not None:
        try:
            with file.open("a") as opened:
                opened.write(f"{line}\n")
        except OSError as error:
            raise ConfigurationError(f"{file} cannot be written ({error})") from error
    typer.echo(f"key (give it to the client, it is not kept): {key}")
    typer.echo(f"line of LAPOR_API_KEYS_FILE: {line}")
