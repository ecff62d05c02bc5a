"""A second broker beside the embedded Kafka, so that single partitions lose their leader when it is killed."""

import subprocess
from pathlib import Path

import psutil

from embedded.kafka.config import LOGGING_FILE, PROPERTIES_FILE, KafkaConfig, make_folders, server_properties
from embedded.kafka.ready import wait_ready
from tests.harness.support import START_S, KafkaServer, free_port


class SecondBroker:
    """A broker that joins the cluster of a running one. It is the node 2."""

    def __init__(self, first: KafkaServer, folder: Path) -> None:
        """Format its folder, and start it.

        Args:
            first: the broker that is the controller too.
            folder: an empty one.
        """
        self._config = KafkaConfig(data_dir=folder, port=free_port())
        make_folders(self._config)
        said = dict(
            line.split("=", 1) for line in (first.folder / PROPERTIES_FILE).read_text().splitlines() if "=" in line
        )
        settings = server_properties(self._config) | {
            "process.roles": "broker",
            "node.id": "2",
            "controller.quorum.voters": said["controller.quorum.voters"],
            "listeners": f"PLAINTEXT://{self._config.bootstrap}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        }
        properties = folder / PROPERTIES_FILE
        properties.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        (folder / LOGGING_FILE).write_text((first.folder / LOGGING_FILE).read_text())
        line = [one.replace(str(first.folder), str(folder)) for one in psutil.Process(first.process.pid).cmdline()]
        java = line[: line.index("kafka.Kafka")]
        cluster = (first.folder / "cluster-id").read_text().strip()
        format_ = ["kafka.tools.StorageTool", "format", "--cluster-id", cluster, "--config", str(properties)]
        subprocess.run([*java, *format_], check=True, stdout=subprocess.DEVNULL)
        self._command = [*java, "kafka.Kafka", str(properties)]
        self.start()

    def start(self) -> None:
        """Start it, also again on the same data."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_ready("127.0.0.1", self._config.port, START_S, alive=lambda: self._process.poll() is None)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self._process.kill()
        self._process.wait(30)
