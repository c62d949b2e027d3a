"""The routes of secretary projects: a town of the grid has none, so each shows no case of it. Who
sees which project is tested with the system itself."""

from tests.visibility.reading import NO_NUMBER, NO_UID

PROJECTS = [
    ("public:secretary_projects:board",),
    ("public:secretary_projects:project", NO_NUMBER),
    ("desk:secretary_projects:ledger",),
    ("desk:secretary_projects:propose", "project"),
    ("desk:secretary_projects:case", NO_NUMBER),
    ("desk:secretary_projects:move", NO_NUMBER, "survey"),
    ("desk:secretary_projects:photo", NO_NUMBER, NO_UID),
    ("desk:secretary_projects:step-new", NO_NUMBER),
    ("desk:secretary_projects:plan-hang", NO_NUMBER),
    ("desk:secretary_projects:step", NO_NUMBER, "1"),
    ("desk:secretary_projects:step-drop", NO_NUMBER, "1"),
    ("desk:secretary_projects:progress", NO_NUMBER, "1"),
]
