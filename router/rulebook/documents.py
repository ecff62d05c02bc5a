"""Data files with the line of each key, so that a mistake can be named where it is."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import yaml

_STRING: Final = "tag:yaml.org,2002:str"
_TIMESTAMP: Final = "tag:yaml.org,2002:timestamp"


class Mistake(NamedTuple):
    """A mistake in a data file.

    Attributes:
        file: the path of the file; of packaged ones from the top of the repository.
        line: the number of the line, from 1.
        said: what is wrong, and what to do.
    """

    file: str
    line: int
    said: str

    def __str__(self) -> str:
        """Return the mistake as compilers write it."""
        return f"{self.file}:{self.line}: {self.said}"


class NotYamlError(Exception):
    """A data file is not YAML."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(str(mistake))
        self.mistake = mistake


class _Loader(yaml.CSafeLoader):
    """Reads dates as texts, so that a day that is in no calendar can be named with its line."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the library's own form
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


class _DatedLoader(yaml.CSafeLoader):
    """Reads days as the processes do, except that a day that is in no calendar is a text."""

    def day(self, node: yaml.ScalarNode) -> object:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_DatedLoader.add_constructor(_TIMESTAMP, _DatedLoader.day)


def _constructed(loader: yaml.CSafeLoader, key: yaml.Node) -> Iterator[str]:
    """Yield the other forms in which a message can name a key that is no text: that of its value, for yes and no also that of 1 and 0."""
    if key.tag != _STRING:
        value = loader.construct_object(key, deep=True)
        yield str(value)
        if isinstance(value, bool):
            yield str(int(value))


class Document:
    """A data file with the line of each key.

    Attributes:
        path: its path, for messages.
        content: what it holds; a date is a text.
        doubled: the keys that occur twice, with their lines.
    """

    def __init__(self, path: str, text: str, *, dated: bool = False) -> None:
        """Parse a data file.

        Args:
            path: its path, for messages.
            text: its text.
            dated: whether a day without quotes is a date in `content`.

        Raises:
            NotYamlError: it is not YAML.
        """
        self.path = path
        self._loader: type[yaml.CSafeLoader] = _DatedLoader if dated else _Loader
        self.content: Any = None
        self.doubled: list[tuple[str, int]] = []
        self._lines: dict[tuple[str, ...], int] = {}
        try:
            self._read(text)
        except yaml.MarkedYAMLError as error:
            mark, said = error.problem_mark, f"no YAML: {error.problem}"
            if "\t" in text:
                said += "; the file has tabs: use spaces"
            raise NotYamlError(Mistake(path, mark.line + 1 if mark else 1, said)) from error
        except yaml.reader.ReaderError as error:
            line = text[: error.position].count("\n") + 1
            raise NotYamlError(Mistake(path, line, f"no YAML: {error.reason}")) from error
        except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
            raise NotYamlError(Mistake(path, 1, f"no YAML: {(str(error).splitlines() or ['?'])[0]}")) from error

    def _read(self, text: str) -> None:
        loader = self._loader(text)
        try:
            root = loader.get_single_node()
            if root is not None:
                self._walk(loader, root, ())
                self.content = loader.construct_document(root)
        finally:
            loader.dispose()

    def _walk(self, loader: yaml.CSafeLoader, node: yaml.Node, path: tuple[str, ...]) -> None:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            seen = set()
            for key, value in node.value:
                name = str(key.value)
                if name in seen:
                    self.doubled.append((name, key.start_mark.line + 1))
                seen.add(name)
                for written in {name, *_constructed(loader, key)}:
                    self._lines[(*path, written)] = key.start_mark.line + 1
                    self._walk(loader, value, (*path, written))
        elif isinstance(node, yaml.SequenceNode):
            for place, value in enumerate(node.value):
                self._walk(loader, value, (*path, str(place)))

    def mistake(self, said: str, *path: object) -> Mistake:
        """Return a mistake at a key, or at the nearest key above it. Parts of the path that are no key there are left out."""
        keys: tuple[str, ...] = ()
        for key in map(str, path):
            if (*keys, key) in self._lines:
                keys = (*keys, key)
        return Mistake(self.path, self._lines.get(keys, 1), said)


class Table(Document):
    """A table with a row per line and with tabs between the columns. Its content is a list of rows; "#" begins a remark.

    Attributes:
        torn: the mistakes in lines that have more or fewer columns; they are no rows.
    """

    def __init__(self, path: str, text: str, columns: Sequence[str]) -> None:
        self.torn: list[Mistake] = []
        self._columns = columns
        super().__init__(path, text)

    def _read(self, text: str) -> None:
        self.content = []
        seen: set[str] = set()
        for number, line in enumerate(text.splitlines(), 1):
            cells = line.split("\t")
            if not line or line.startswith("#"):
                continue
            if len(cells) != len(self._columns):
                said = f"a row has {len(self._columns)} columns separated by tabs, this one {len(cells)}"
                self.torn.append(Mistake(self.path, number, said))
                continue
            if cells[0] in seen:
                self.doubled.append((cells[0], number))
            seen.add(cells[0])
            self._lines[(str(len(self.content)),)] = number
            self.content.append(dict(zip(self._columns, cells, strict=True)))


def decoded(path: str, data: bytes) -> str:
    """Return the text of a data file.

    Raises:
        NotYamlError: it is not UTF-8, or begins with a byte-order mark, which would be part of the first key or row.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise NotYamlError(Mistake(path, line, "the file is not in UTF-8: save it with this encoding")) from error
    if text.startswith("\ufeff"):
        raise NotYamlError(Mistake(path, 1, "the file begins with a byte-order mark: save it as UTF-8 without one"))
    return text
