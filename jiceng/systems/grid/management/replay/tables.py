"""A TOML table read strictly: a key that is missing, of another kind or unknown is refused."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput

T = TypeVar("T")
KINDS = {str: "文字", bool: "true 或 false", list: "列表", dict: "表"}


class BadMapping(BadInput):
    """The mapping cannot be used (422, saying where)."""

    code = "bad_mapping"
    sentence = _("对照表不符合要求。")

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"对照表 {where}：{what}", field=where)


class Table:
    """A table of the mapping. Every key is taken once; what is left over at the end is a mistake,
    most often a misspelt key that would otherwise be ignored without a word."""

    def __init__(self, data: Mapping[str, Any], place: str = "") -> None:
        self._data = dict(data)
        self._place = place

    def where(self, key: str) -> str:
        """Return the full name of a key."""
        return f"{self._place}.{key}" if self._place else key

    def _take(self, key: str, kind: type[T]) -> T | None:
        value = self._data.pop(key, None)
        if value is not None and type(value) is not kind:
            raise BadMapping(self.where(key), f"应为{KINDS[kind]}")
        return value

    def _need(self, key: str, kind: type[T]) -> T:
        value = self._take(key, kind)
        if value is None:
            raise BadMapping(self.where(key), "缺少这一项")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without ``default`` it has to be there and not be empty."""
        value = self._take(key, str) if default is not None else self._need(key, str)
        if value == "" and default is None:
            raise BadMapping(self.where(key), "不能为空")
        return (default or "") if value is None else value

    def one_of(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Return a text that is one of ``allowed``."""
        value = self.text(key, default)
        if value not in allowed:
            raise BadMapping(self.where(key), f"应为 {'、'.join(allowed)} 之一")
        return value

    def yes(self, key: str) -> bool:
        """Return a truth that has to be stated."""
        return self._need(key, bool)

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty where the key is missing."""
        values = self._take(key, list) or []
        if not all(isinstance(value, str) and value for value in values):
            raise BadMapping(self.where(key), "应为文字的列表")
        return tuple(values)

    def pair(self, key: str) -> tuple[float, float]:
        """Return two numbers."""
        return self._pair(self._need(key, list), key)

    def pairs(self, key: str) -> frozenset[tuple[float, float]]:
        """Return a list of pairs of numbers, empty where the key is missing."""
        return frozenset(self._pair(value, key) for value in self._take(key, list) or [])

    def _pair(self, value: Any, key: str) -> tuple[float, float]:
        numbers = isinstance(value, list) and all(type(each) in (int, float) for each in value)
        if not numbers or len(value) != 2:
            raise BadMapping(self.where(key), "应为两个数")
        return float(value[0]), float(value[1])

    def table(self, key: str, *, needed: bool = True) -> "Table":
        """Return a table within; an empty one where it is missing and not ``needed``."""
        data = self._need(key, dict) if needed else self._take(key, dict) or {}
        return Table(data, self.where(key))

    def tables(self, key: str) -> list["Table"]:
        """Return an array of tables, empty where the key is missing."""
        values = self._take(key, list) or []
        if not all(isinstance(value, dict) for value in values):
            raise BadMapping(self.where(key), "应为表的列表")
        return [Table(value, f"{self.where(key)}[{place}]") for place, value in enumerate(values)]

    def end(self) -> None:
        """Raise ``BadMapping`` if a key was not taken."""
        for key in self._data:
            raise BadMapping(self.where(key), "没有这一项")
