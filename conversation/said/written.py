"""Reads files of words and phrases. Each error names the file and the line."""

import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import IO, Final

import yaml

from complaints.errors import ConfigurationError
from conversation.said.notation import Lists, NotationError, any_expression, expression, names_in, words_in

_NOT_AFTER: Final = "not_after"
_PHRASES: Final = "phrases"


def packaged(file: str) -> yaml.Node:
    """Return the parsed content of a file of this package, with the line of each part."""
    with files(__package__).joinpath(file).open(encoding="utf-8") as stream:
        return parsed(stream)


def parsed(stream: IO[str]) -> yaml.Node:
    """Return the parsed content of a file, with the line of each part.

    Raises:
        ConfigurationError: if it is empty or no YAML.
    """
    try:
        tree = yaml.compose(stream, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ConfigurationError(str(error)) from error
    if tree is None:
        raise ConfigurationError(f"{stream.name} is empty")
    return tree


def sections(tree: yaml.Node, names: Iterable[str]) -> dict[str, yaml.Node]:
    """Return what a mapping has under each of some names.

    Raises:
        ConfigurationError: if a name is missing, or is one that nothing reads.
    """
    found, wanted = dict(_entries(tree)), set(names)
    for name, node in found.items():
        if name not in wanted:
            raise mistake(node, f"nothing reads {name!r}")
    for name in sorted(wanted - found.keys()):
        raise mistake(tree, f"{name!r} is missing")
    return found


def lists(tree: yaml.Node, known: Lists) -> dict[str, tuple[str, ...]]:
    """Return the words by the names of their lists. A list may name those before it, and the known ones: "{broken} roboh".

    Raises:
        ConfigurationError: if a list is empty, is there twice or names an unknown one.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name, node in _entries(tree):
        try:
            found[name] = words_in(_line(node), {**known, **found})
        except NotationError as error:
            raise mistake(node, str(error)) from error
        if not found[name]:
            raise mistake(node, f"the list {name!r} has no words")
        if name in known:
            raise mistake(node, f"there is another list {name!r}")
    return found


def patterns(tree: yaml.Node, known: Lists) -> dict[str, re.Pattern[str]]:
    """Return the patterns of the phrases by what they mean. Of phrases that fit at one place of a text the first takes precedence.

    Raises:
        ConfigurationError: if a meaning has no phrase, or a phrase is not written in the notation.
    """
    return {name: _pattern(node, known) for name, node in _entries(tree)}


def check_used(names: yaml.Node, *users: yaml.Node) -> None:
    """Check that each list of a mapping is named by another list or by a phrase.

    Raises:
        ConfigurationError: if one is not.
    """
    used = frozenset[str]().union(*(names_in(line.value) for user in (names, *users) for line in _scalars(user)))
    for name, node in _entries(names):
        if name not in used:
            raise mistake(node, f"no phrase uses the list {name!r}")


def mistake(node: yaml.Node, what: str) -> ConfigurationError:
    """Return the error that says what is wrong with a part of a file, and where that is."""
    return ConfigurationError(f"{node.start_mark.name}, line {node.start_mark.line + 1}: {what}")


def _pattern(node: yaml.Node, known: Lists) -> re.Pattern[str]:
    not_after, phrases = "", node
    if isinstance(node, yaml.MappingNode):
        parts = sections(node, (_NOT_AFTER, _PHRASES))
        not_after, phrases = _line(parts[_NOT_AFTER]), parts[_PHRASES]
    if not isinstance(phrases, yaml.SequenceNode) or not phrases.value:
        raise mistake(phrases, "here phrases are expected, each behind a dash")
    written = []
    for one in phrases.value:
        try:
            written.append(expression(_line(one), known, not_after=not_after))
        except NotationError as error:
            raise mistake(one, str(error)) from error
    return re.compile(any_expression(written))


def _entries(tree: yaml.Node) -> Iterator[tuple[str, yaml.Node]]:
    if not isinstance(tree, yaml.MappingNode):
        raise mistake(tree, "here names are expected, each with what belongs to it")
    seen: set[str] = set()
    for key, node in tree.value:
        if key.value in seen:
            raise mistake(key, f"{key.value!r} is there twice")
        seen.add(key.value)
        yield key.value, node


def _scalars(tree: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(tree, yaml.ScalarNode):
        yield tree
    elif isinstance(tree, yaml.MappingNode):
        for _, node in tree.value:
            yield from _scalars(node)
    else:
        for node in tree.value:
            yield from _scalars(node)


def _line(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise mistake(node, "here one line of words is expected")
    return str(node.value)
