"""The tables, written as one writes them first."""

from django.db import models
from django.db.models import Q


class Unit(models.Model):
    """Who answers for a case."""

    name = models.CharField(max_length=100)

    class Meta:
        app_label = "natural"

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """Who holds a step."""

    name = models.CharField(max_length=100)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)

    class Meta:
        app_label = "natural"

    def __str__(self) -> str:
        return self.name


class Case(models.Model):
    """What was reported."""

    number = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=20, default="open")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "natural"

    def __str__(self) -> str:
        return self.number


class Step(models.Model):
    """A stay of a case with somebody."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=20)
    assignee = models.ForeignKey(Person, on_delete=models.PROTECT)
    entered_at = models.DateTimeField()
    due_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "natural"
        indexes = [
            models.Index(
                fields=["assignee", "due_at"], condition=Q(left_at=None), name="natural_inbox"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.step}"


class Entry(models.Model):
    """What happened."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    at = models.DateTimeField()
    event = models.CharField(max_length=40)
    body = models.JSONField()

    class Meta:
        app_label = "natural"

    def __str__(self) -> str:
        return f"{self.case} {self.event}"
