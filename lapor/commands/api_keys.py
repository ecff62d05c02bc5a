"""`lapor api-key`: makes keys for clients of the API."""

from pathlib import Path
from typing import Annotated

import typer


def api_key(
    name: Annotated[str, typer.Argument(help="Who will use it: letters, digits, hyphens.")],
    region: Annotated[
        str, typer.Option(help="For a government's own app: the Kemendagri code of its region, such as 33.74.")
    ] = "",
    file: Annotated[
        Path | None, typer.Option(help="Append the name and the key's hash to this file. The key itself is not stored.")
    ] = None,
) -> None:
    """Make a key for a client of the API. The key is shown once; LAPOR_API_KEYS_FILE holds only the client's name and the key's hash.

    What comes with the key of a government's own app is first looked at within that government.
    """
    from channels.web.security import new_api_key
    from complaints.errors import ConfigurationError
    from normalizer.places.gazetteer import Gazetteer

    if not name.replace("-", "").isalnum() or not name.isascii():
        raise ConfigurationError(f"the name {name!r} is not allowed: use only letters, digits and hyphens")
    if region and not Gazetteer.load().name(region):
        raise ConfigurationError(f"no region has the code {region!r}: take a Kemendagri code such as 33.74")
    key, line = new_api_key(name, region)
    if file is not None:
        try:
            with file.open("a") as opened:
                opened.write(f"{line}\n")
        except OSError as error:
            raise ConfigurationError(f"{file} cannot be written ({error})") from error
    typer.echo(f"key (give it to the client; it is not stored): {key}")
    typer.echo(f"line for the file LAPOR_API_KEYS_FILE: {line}")
