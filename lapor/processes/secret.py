"""Loads the keys of this installation, and refuses a secret other than the one that its records were sealed with."""

from contextlib import closing
from pathlib import Path

from complaints.bus.step.contract import RESERVED
from complaints.contract import CITIZENS
from complaints.crypto import Keyring, key_id_of_state, load_secret
from complaints.errors import ConfigurationError
from complaints.runtime.settings import Settings
from complaints.storage.durable import write_durably

FINGERPRINT = "secret-id"
"""The file of a data folder that holds the id of the secret that its processes use."""

RECENT = 500
"""Records at the end of each partition that are searched first for a sealed state: all but tombstones and positions are sealed."""


def keyring(settings: Settings) -> Keyring:
    """Return the keys of this installation.

    The secret must be the one that the data folder was used with; if the folder is new, as after a restore, the one of the states in Kafka.

    Raises:
        ConfigurationError: there is no secret file, it cannot be read, or its secret is not the one used before.
        BusUnavailable: the right secret cannot be known: the folder is new, and Kafka did not answer in time.
    """
    keys = Keyring.from_secret(load_secret(settings.secret_path))
    if (known := of_folder(settings.data)) is not None:
        require_same(keys, known, f"the folder {settings.data}", settings.secret_path)
        return keys
    sealed_with = of_kafka(settings.kafka) if settings.kafka else None
    require_same(keys, sealed_with or keys.key_id, "the states in Kafka", settings.secret_path)
    adopt(settings.data, keys)
    return keys


def require_known(settings: Settings) -> str:
    """Compare the secret with that of the data folder and of the states in Kafka, and return its id.

    Raises:
        ConfigurationError: there is no secret file, or one of them was made with another secret.
        BusUnavailable: Kafka did not answer in time.
    """
    keys = Keyring.from_secret(load_secret(settings.secret_path))
    folder, states = of_folder(settings.data), of_kafka(settings.kafka) if settings.kafka else None
    require_same(keys, folder or keys.key_id, f"the folder {settings.data}", settings.secret_path)
    require_same(keys, states or keys.key_id, "the states in Kafka", settings.secret_path)
    return keys.key_id


def require_same(keys: Keyring, known: str, where: str, path: Path) -> None:
    """Check that the secret has a given id.

    Args:
        keys: the keys of the present secret.
        known: the id of the secret used before.
        where: what was made with that secret, for the error.
        path: the secret file, for the error.

    Raises:
        ConfigurationError: the ids differ.
    """
    if keys.key_id != known:
        raise ConfigurationError(
            f"{path} holds another secret ({keys.key_id}) than the one that {where} was made with ({known}): citizens who are waiting could"
            " not be answered. Put the former file back, or set LAPOR_SECRET_FILE to it. If the secret was changed on purpose, see `lapor"
            " secret adopt --help`"
        )


def of_folder(data: Path) -> str | None:
    """Return the id of the secret that a data folder was used with; None if the folder is new.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    try:
        return (data / FINGERPRINT).read_text("ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{data / FINGERPRINT} cannot be read ({error})") from error


def of_kafka(brokers: str) -> str | None:
    """Return the id of the secret that the newest state of a citizen in some partition of Kafka was sealed with; None if there is none.

    Raises:
        BusUnavailable: Kafka did not answer in time.
    """
    from complaints.bus.confluent import ConfluentScanner

    with closing(ConfluentScanner(brokers)) as scanner:
        ends = scanner.ends(CITIZENS)
        for back in (RECENT, max(ends.values(), default=0)):
            found = None
            for batch in scanner.scan(CITIZENS, start={at: end - back for at, end in ends.items()}):
                for record in batch:
                    if record.value and not (record.key or RESERVED).startswith(RESERVED):
                        found = key_id_of_state(record.value) or found
            if found is not None:
                return found
    return None


def adopt(data: Path, keys: Keyring) -> None:
    """Record in a data folder the id of the secret that its processes use from now on.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    try:
        write_durably(data / FINGERPRINT, f"{keys.key_id}\n")
    except OSError as error:
        raise ConfigurationError(f"{data / FINGERPRINT} cannot be written ({error})") from error
