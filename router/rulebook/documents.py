"""Data files with the line of each key, so that a mistake can be named where it is."""

from typing import Any, NamedTuple

import yaml

from complaints.runtime import packaged


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
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


class Document:
    """A data file with the line of each key.

    Attributes:
        path: its path, for messages.
        content: what it holds; a date is a text.
        doubled: the keys that occur twice, with their lines.
    """

    def __init__(self, path: str, text: str) -> None:
        """Parse a data file.

        Args:
            path: its path, for messages.
            text: its text.

        Raises:
            NotYamlError: it is not YAML.
        """
        self.path = path
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
        except (yaml.YAMLError, RecursionError) as error:
            raise NotYamlError(Mistake(path, 1, f"no YAML: {str(error).splitlines()[0]}")) from error

    def _read(self, text: str) -> None:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            if root is not None:
                self._walk(root, ())
                self.content = loader.construct_document(root)
        finally:
            loader.dispose()

    @classmethod
    def packaged(cls, package: str, name: str, text: str | None = None) -> "Document":
        """Return a data file of a package; with `text`, as if it had that text."""
        return cls(f"{package}/data/{name}", packaged.text(package, name) if text is None else text)

    def _walk(self, node: yaml.Node, path: tuple[str, ...]) -> None:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            seen = set()
            for key, value in node.value:
                name = str(key.value)
                if name in seen:
                    self.doubled.append((name, key.start_mark.line + 1))
                seen.add(name)
                self._lines[(*path, name)] = key.start_mark.line + 1
                self._walk(value, (*path, name))
        elif isinstance(node, yaml.SequenceNode):
            for place, value in enumerate(node.value):
                self._walk(value, (*path, str(place)))

    def mistake(self, said: str, *path: object) -> Mistake:
        """Return a mistake at a key, or at the nearest key above it."""
        keys = tuple(str(key) for key in path)
        while keys and keys not in self._lines:
            keys = keys[:-1]
        return Mistake(self.path, self._lines.get(keys, 1), said)
