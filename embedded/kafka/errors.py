"""The errors that explain why the embedded Kafka cannot start, and what to do instead."""

from complaints.errors import ConfigurationError

WAYS_OUT = """\
Use one of these instead:
  * use a Kafka that already runs:       export LAPOR_KAFKA=host:port
  * use an unpacked Kafka distribution:  export LAPOR_KAFKA_HOME=/path/to/kafka   (its libs/*.jar are used)
  * start one in a container:            docker compose up -d kafka"""


class KafkaStartError(ConfigurationError):
    """The embedded Kafka cannot start, or did not answer in time; the text is for the person at the terminal."""


class JarsUnavailableError(KafkaStartError):
    """There is no usable set of Kafka's jars.

    They could not be fetched or cached, differ from those in the lock file, or have several versions, or the given folder is
    not a Kafka distribution.
    """

    def __init__(self, reason: str) -> None:
        """Make the message from the reason and, below it, a list of other ways to get a Kafka (`WAYS_OUT`)."""
        super().__init__(f"{reason}\n{WAYS_OUT}")
