"""Provides the folder of Kafka's jars, and writes the lock file kafka.lock.toml, which names them with their checksums.

The jars are exactly those in the lock file, or those of an unpacked Kafka distribution. The locked ones are fetched from a
Maven repository and cached for the user, so only the first start with a lock file needs a network. To use another version
of Kafka, edit `endpoint` in kafka.lock.toml and run `python -m embedded.kafka --write-lock`.
"""

import fcntl
import hashlib
import os
import re
import shutil
import sys
import tempfile
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from embedded.kafka.errors import JarsUnavailableError

LOCK_FILE = Path(__file__).with_name("kafka.lock.toml")
_DOWNLOAD_TIMEOUT_S = 60
_PROGRESS_EVERY_S = 1.0
_KAFKA_GROUP = "org.apache.kafka"
# File names of Kafka's own server jars. The jars of a distribution do not show their Maven group.
_KAFKA_JAR = re.compile(r"kafka(?:_2\.\d+|-clients|-server|-raft|-metadata|-storage|-server-common)-(\d[\w.]*)\.jar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Jar:
    """One entry of the lock file: Maven coordinates (group:artifact:version), file name, SHA-256 in hex."""

    coordinates: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """The contents of the lock file.

    Attributes:
        endpoint: the Maven coordinates of Kafka and its logging library, in jgo's notation. All jars follow from them.
        jars: the jars that Kafka needs.
    """

    endpoint: str
    jars: tuple[Jar, ...]

    @property
    def kafka_version(self) -> str:
        """The version of Apache Kafka, read from the first of Kafka's own jars in the lock file."""
        return next(jar.coordinates.split(":")[2] for jar in self.jars if _is_kafka(jar))


def _is_kafka(jar: Jar) -> bool:
    return jar.coordinates.split(":")[0] == _KAFKA_GROUP


def read_lock(path: Path = LOCK_FILE) -> Lock:
    """Read the lock file and return its contents, after a check that all its jars of Kafka itself have the same version.

    Raises:
        JarsUnavailableError: the file lists several versions of Kafka's own jars, or none of these jars.
    """
    data = tomllib.loads(path.read_text("utf-8"))
    lock = Lock(endpoint=data["endpoint"], jars=tuple(Jar(**entry) for entry in data["jar"]))
    _check_one_version({jar.coordinates.split(":")[2] for jar in lock.jars if _is_kafka(jar)}, str(path))
    return lock


def _check_one_version(versions: set[str], where: str) -> None:
    if len(versions) != 1:
        raise JarsUnavailableError(f"{where} has Kafka jars of versions {sorted(versions)}; exactly one is needed.")


def jars_of_home(home: Path) -> Path:
    """Return the path of the folder `libs`, which holds the jars, of an unpacked Kafka distribution.

    Raises:
        JarsUnavailableError: `home` has no Kafka server jar in `libs`, or Kafka's own jars there have several versions.
    """
    libs = home.expanduser().resolve() / "libs"
    names = [match for match in (_KAFKA_JAR.fullmatch(path.name) for path in libs.glob("kafka*.jar")) if match]
    if not any(match[0].startswith("kafka_2") for match in names):
        raise JarsUnavailableError(f"LAPOR_KAFKA_HOME={home} has no libs/kafka_2.*.jar: it is not a Kafka folder.")
    _check_one_version({match[1] for match in names}, str(libs))
    return libs


def locked_jars(cache_dir: Path, lock: Lock) -> Path:
    """Return a folder that holds exactly the jars in the lock; fetch them if they are not in the cache, or differ there.

    Args:
        cache_dir: the folder for the cache; created if missing.
        lock: the jars that are wanted.

    Raises:
        JarsUnavailableError: the jars cannot be fetched, the fetched ones differ from the lock, or the cache folder cannot be
            created.
    """
    root = cache_dir / "kafka"
    folder = root / f"{lock.kafka_version}-{_digest(lock)}"
    if folder.is_dir() and not mismatches(folder, lock):
        return folder
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JarsUnavailableError(f"The cache folder {root} cannot be written: {error}") from error
    with _alone(root / "fetch.lock"):
        if folder.is_dir() and not mismatches(folder, lock):  # another start fetched them while this one waited
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        for left_over in root.glob("fetch-*/"):
            shutil.rmtree(left_over, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=root) as temporary:
            fetched = _fetch(Path(temporary), lock)
            problems = mismatches(fetched, lock)
            if problems:
                raise JarsUnavailableError(
                    "The fetched jars are not those of kafka.lock.toml, so none of them was used:\n  * "
                    + "\n  * ".join(problems)
                )
            fetched.rename(folder)
    return folder


def mismatches(folder: Path, lock: Lock) -> list[str]:
    """Compare a folder with the lock; return one message for each missing jar, each with another SHA-256, and each extra file."""
    wanted = {jar.file: jar for jar in lock.jars}
    present = {path.name for path in folder.iterdir()}
    problems = [f"{name} is not in the lock" for name in sorted(present - wanted.keys())]
    for name, jar in wanted.items():
        if name not in present:
            problems.append(f"{jar.coordinates} is missing")
        elif sha256_of(folder / name) != jar.sha256:
            problems.append(f"{jar.coordinates} has different contents (its SHA-256 differs)")
    return problems


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_lock(endpoint: str, path: Path = LOCK_FILE) -> Lock:
    """Fetch all jars that an endpoint needs, write the lock file anew and return its contents.

    The file gets the endpoint and each jar's coordinates, file name and SHA-256; the fetched jars are not kept.
    A person must read the diff of the lock file before a commit.

    Args:
        endpoint: the Maven coordinates from which all jars follow; see `Lock`.
        path: the lock file.

    Raises:
        JarsUnavailableError: the jars cannot be fetched (then nothing is written), or the new file does not list exactly one
            version of Kafka's own jars (then it was written all the same).
    """
    with tempfile.TemporaryDirectory() as temporary:
        environment = _resolve(Path(temporary), endpoint)
        pins = tomllib.loads((environment / "jgo.lock.toml").read_text("utf-8"))["dependencies"]
        jars = []
        for pin in sorted(pins, key=lambda pin: (pin["groupId"], pin["artifactId"])):
            file = f"{pin['artifactId']}-{pin['version']}.jar"
            source = next(environment / part / file for part in _PARTS if (environment / part / file).exists())
            coordinates = f"{pin['groupId']}:{pin['artifactId']}:{pin['version']}"
            jars.append(Jar(coordinates=coordinates, file=file, sha256=sha256_of(source)))
    head = "# The jars of the embedded Kafka. Made by `python -m embedded.kafka --write-lock`, checked at each start.\n"
    body = "".join(
        f'\n[[jar]]\ncoordinates = "{jar.coordinates}"\nfile = "{jar.file}"\nsha256 = "{jar.sha256}"\n' for jar in jars
    )
    path.write_text(f'{head}endpoint = "{endpoint}"\n{body}', "utf-8")
    return read_lock(path)


# jgo separates Java modules from other jars. Kafka runs from the class path and needs both folders.
_PARTS = ("jars", "modules")


def _digest(lock: Lock) -> str:
    return hashlib.sha256("".join(sorted(jar.sha256 for jar in lock.jars)).encode()).hexdigest()[:12]


def _fetch(temporary: Path, lock: Lock) -> Path:
    """Fetch the jars that the lock's endpoint needs into a temporary folder, and report the progress on stderr.

    Return the path of a flat folder inside it, with a hard link to each jar. The jars are not compared with the lock here.
    """
    say = sys.stderr.write
    say(f"Fetching Apache Kafka {lock.kafka_version} ({len(lock.jars)} jars, about 45 MB), once for this user ...\n")
    done = threading.Event()
    progress = threading.Thread(target=_progress, args=(temporary, len(lock.jars), done), daemon=True)
    progress.start()
    try:
        environment = _resolve(temporary, lock.endpoint)
    finally:
        done.set()
        progress.join()
    say("Fetched; checking each jar against kafka.lock.toml.\n")
    flat = temporary / "flat"
    flat.mkdir()
    for part in _PARTS:
        for jar in (environment / part).glob("*.jar"):
            os.link(jar.resolve(), flat / jar.name)
    return flat


def _progress(folder: Path, total: int, done: threading.Event) -> None:
    while not done.wait(_PROGRESS_EVERY_S) and sys.stderr.isatty():
        count = sum(1 for _ in (folder / "maven").rglob("*.jar"))
        sys.stderr.write(f"\r  {count}/{total} jars ")
        sys.stderr.flush()
    if sys.stderr.isatty():
        sys.stderr.write("\r")


def _resolve(folder: Path, endpoint: str) -> Path:
    """Fetch all jars that an endpoint (Maven coordinates) needs, which the library jgo finds out.

    Return the path of the folder whose subfolders `jars` and `modules` hold them.
    """
    from jgo.env import EnvironmentBuilder
    from jgo.maven import MavenContext

    try:
        context = MavenContext(repo_cache=folder / "maven", timeout=_DOWNLOAD_TIMEOUT_S)
        environment = EnvironmentBuilder(context=context, cache_dir=folder / "env").from_endpoint(endpoint)
    except Exception as error:  # jgo raises errors of requests, of XML and plain ones; all mean "no jars"
        raise JarsUnavailableError(
            f"Kafka's jars could not be fetched from the Maven repository ({type(error).__name__}: {error}).\n"
            "The first start needs a network; later ones do not."
        ) from error
    return Path(environment.path)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait for a lock on a file and hold it in the context, so that only one process fetches jars at a time.

    The system frees the lock of a killed process.
    """
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
