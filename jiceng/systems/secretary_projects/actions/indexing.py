"""What a project is found by: its card in the search."""

from collections.abc import Iterable, Iterator

from jiceng.kernel.search.service import Item, drop, indexed, put_many
from jiceng.systems.secretary_projects.models import Project
from jiceng.systems.secretary_projects.terms import SEARCHED


def _item(project: Project) -> Item:
    case = project.case
    texts = [case.number, project.filing_no, project.expected, project.background]
    return Item(project.pk, [case.title, project.unit.name], texts)


@indexed(SEARCHED)
def every_project() -> Iterator[Item]:
    """Yield all that there is to be found, for making the index again."""
    projects = Project.objects.select_related("case", "unit").order_by("pk")
    yield from map(_item, projects.iterator(chunk_size=1_000))


def index_project(project: Project) -> None:
    """Index one project, in the transaction that changes it."""
    index_projects([project])


def index_projects(projects: Iterable[Project]) -> None:
    """Index projects, in the transaction that changes them."""
    put_many(SEARCHED, map(_item, projects))


def forget_project(project: Project) -> None:
    """Take every word of a project out of the index, and put in again what it still has."""
    drop(SEARCHED, project.pk)
    index_project(project)
