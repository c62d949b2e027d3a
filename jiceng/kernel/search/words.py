"""The column of tokens, and the lookup that asks it: the two databases say both differently."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup, TextField
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler

from jiceng.kernel.search.rules import Question

# The virtual table of SQLite beside the table of cards; triggers keep the two alike.
TABLE = "search_words"
Compiled = tuple[str, tuple[Any, ...]]
if TYPE_CHECKING:
    _TextField = TextField[Iterable[str], frozenset[str]]
    _Lookup = Lookup[Question]
else:  # Django's classes say their types in the stubs only
    _TextField, _Lookup = TextField, Lookup


def _all_of(way: tuple[str, ...], quote: str, both: str) -> str:
    return "(" + both.join(f"{quote}{token}{quote}" for token in way) + ")"


def _written(asked: Question, quote: str, both: str, either: str) -> str:
    """Return the question in the language of a database. Tokens hold no sign of either."""
    clauses = (either.join(_all_of(way, quote, both) for way in ways) for ways in asked.clauses)
    return both.join(f"({clause})" for clause in clauses)


class Words(_TextField):
    """A set of tokens: ``tsvector`` on PostgreSQL, text with spaces on SQLite."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return the type of the column."""
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:
        """Return how a value stands in a statement. No parser of PostgreSQL reads the tokens."""
        return "CAST(%s AS tsvector)" if connection.vendor == "postgresql" else "%s"

    def get_prep_value(self, value: Any) -> Any:
        """Return the tokens in order, so that equal sets are equal texts."""
        return " ".join(sorted(set(value)))

    def from_db_value(self, value: str, *_context: Any) -> frozenset[str]:
        """Return the set again; PostgreSQL answers with quotes."""
        return frozenset(value.replace("'", "").split())


@Words.register_lookup
class Answers(_Lookup):
    """``words__answers=Question``: the card holds what is asked for, by the index alone."""

    lookup_name = "answers"
    prepare_rhs = False
    lhs: Col
    rhs: Question

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Compiled:
        """Ask PostgreSQL."""
        column, parameters = self.process_lhs(compiler, connection)
        asked = _written(self.rhs, "'", " & ", " | ")
        return f"{column} @@ CAST(%s AS tsquery)", (*parameters, asked)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Compiled:
        """Ask the virtual table, whose rows have the keys of the cards."""
        key, _none = compiler.compile(Col(self.lhs.alias, self.lhs.target.model._meta.pk))
        asked = _written(self.rhs, '"', " AND ", " OR ")
        return f"{key} IN (SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s)", (asked,)
