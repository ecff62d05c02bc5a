"""Starts the embedded Kafka in the foreground, or renews the lock file of its jars."""

import argparse
import sys
from pathlib import Path

from embedded.kafka.config import KafkaConfig
from embedded.kafka.errors import KafkaStartError
from embedded.kafka.jars import read_lock, write_lock
from embedded.kafka.server import run_foreground


def main() -> int:
    """Read the command line; replace this process by Kafka or, with --write-lock, write the lock file of the jars.

    Returns:
        0 if the lock file was written; 1 if the jars could not be fetched, Kafka could not start, or Ctrl-C came before it was
        started. Once the process is Kafka, this function does not return.

    Raises:
        OSError: the same as for `run_foreground`, or the lock file cannot be written.
    """
    parser = argparse.ArgumentParser(prog="python -m embedded.kafka", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=9092, help="port to listen on; 0 takes a free one (default: %(default)s)"
    )
    parser.add_argument("--data-dir", type=Path, default=Path("var/kafka"), help="folder for the messages")
    parser.add_argument("--heap-mb", type=int, default=384, help="maximum Java heap in MiB (default: %(default)s)")
    parser.add_argument("--die-with-parent", action="store_true", help="stop when the starting process ends (Linux)")
    parser.add_argument("--write-lock", action="store_true", help="resolve the jars again, write the lock and exit")
    options = parser.parse_args()
    try:
        if options.write_lock:
            lock = write_lock(read_lock().endpoint)
            sys.stdout.write(f"Locked {len(lock.jars)} jars of Apache Kafka {lock.kafka_version}; read the diff.\n")
            return 0
        run_foreground(
            KafkaConfig(
                data_dir=options.data_dir,
                host=options.host,
                port=options.port,
                heap_mb=options.heap_mb,
                die_with_parent=options.die_with_parent,
            )
        )
    except KafkaStartError as error:
        sys.stderr.write(f"{error}\n")
    except KeyboardInterrupt:
        sys.stderr.write("Stopped before Kafka was started.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
