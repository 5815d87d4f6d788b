"""YAML that is text, lists and mappings alone: it makes no object and grows no larger."""

from typing import Any

import yaml

LARGEST = 512 * 1024  # bytes
_PLAIN = ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
_DEEPEST = 32  # lists and mappings within each other


def read_yaml(raw: bytes) -> Any:
    """Return what the YAML says.

    Raises :class:`yaml.YAMLError` for what is not YAML, is too large or too deep, or has the tag of
    an object, or an alias: a few of those can stand for more text than any memory holds.

    >>> read_yaml(b"a: [1, b]")
    {'a': [1, 'b']}
    """
    if len(raw) > LARGEST:
        raise yaml.YAMLError(f"over {LARGEST:,} bytes")
    try:
        return yaml.load(raw, Loader=_PlainLoader)
    except (ValueError, ArithmeticError, RecursionError) as error:  # numbers and dates out of range
        raise yaml.YAMLError(str(type(error).__name__)) from error


class _PlainLoader(yaml.SafeLoader):
    def __init__(self, stream: bytes) -> None:
        super().__init__(stream)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise yaml.YAMLError("nested too deeply")
        node = super().compose_node(parent, index)
        self._depth -= 1
        if node is not None and node.tag.removeprefix("tag:yaml.org,2002:") not in _PLAIN:
            raise yaml.YAMLError("a tag")
        return node
