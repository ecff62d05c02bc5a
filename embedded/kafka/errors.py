"""The errors that explain why the embedded Kafka cannot start, and what to do instead."""

from complaints.errors import ConfigurationError

WAYS_OUT = """\
Use one of these instead:
  * use a Kafka that already runs:       export LAPOR_KAFKA=host:port
  * use an unpacked Kafka distribution:  export LAPOR_KAFKA_HOME=/path/to/kafka   (its libs/*.jar are used)
  * start one in a container:            docker compose up -d kafka"""


class KafkaStartError(ConfigurationError):
    """The embedded Kafka cannot start; the text is for the person at the terminal."""


class JarsUnavailableError(KafkaStartError):
    """Kafka's jars could not be fetched, or differ from those in the lock file."""

    def __init__(self, reason: str) -> None:
        """Make the message from the reason and `WAYS_OUT`, so that it ends with something to do."""
        super().__init__(f"{reason}\n{WAYS_OUT}")
