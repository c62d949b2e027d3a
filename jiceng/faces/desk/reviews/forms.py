"""What is typed into the pages of reviews."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from jiceng.faces.desk.reviews.lines import read_candidates, read_criteria, read_judges
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.reviews.rules import Criterion, Rule, digits_of
from jiceng.kernel.reviews.service import Entrant, ReviewKind
from jiceng.kernel.reviews.terms import Normalise, Ties
from jiceng.ui.forms import CleanCharField, Form, NumberField, WholeNumberField, as_error

Choices = list[tuple[str, Any]]
WAYS: Choices = [
    (Normalise.RAW.value, _("原始分：取各评委总分的平均")),
    (Normalise.Z.value, _("标准分：先消除评委松紧不一，再取平均（评委各看一部分时用）")),
]


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "spellcheck": "false"})


class OpeningForm(Form):
    """What is published: the rule and who stands."""

    kind = forms.ChoiceField(label=_("类别"))
    title = CleanCharField(label=_("名称"), max_length=100)
    criteria = CleanCharField(
        label=_("评分指标"),
        paragraphs=True,
        max_length=4000,
        widget=_area(5),
        help_text=_("每行一项：名称，权重，满分，分段含义（可不填，如 9：优秀；6：合格）。"),
    )
    normalise = forms.ChoiceField(
        label=_("计分方式"), choices=WAYS, widget=forms.RadioSelect, initial="raw"
    )
    trim = forms.BooleanField(label=_("去掉一个最高分、一个最低分（三份及以上时）"), required=False)
    ties = forms.ChoiceField(
        label=_("并列名次"), choices=Ties.choices, widget=forms.RadioSelect, initial="shared"
    )
    candidates = CleanCharField(
        label=_("评议对象"),
        paragraphs=True,
        max_length=20_000,
        widget=_area(6),
        help_text=_("每行一个：名称，所在单位（简称、全称或代码）。可从表格粘贴。"),
    )

    def __init__(self, *args: Any, kinds: Iterable[ReviewKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [(kind.code, kind.label) for kind in kinds]

    def clean_criteria(self) -> tuple[Criterion, ...]:
        """Read the lines; a weight or a best mark that cannot be used is an error of the field."""
        return _read(read_criteria, self.cleaned_data["criteria"])

    def clean_candidates(self) -> list[Entrant]:
        """Read the lines."""
        return _read(read_candidates, self.cleaned_data["candidates"])

    def clean(self) -> dict[str, Any]:
        """Make the rule, and say where it contradicts itself."""
        words: dict[str, Any] = super().clean() or {}
        if {"criteria", "normalise", "ties"} <= words.keys():
            try:
                words["rule"] = Rule(
                    words["criteria"], words["normalise"], words["trim"], words["ties"]
                )
            except Refusal as refusal:
                self.add_error("criteria", as_error(refusal))
        return words


def _read(reading: Any, *given: Any) -> Any:
    try:
        return reading(*given)
    except Refusal as refusal:
        raise as_error(refusal) from refusal


class InvitingForm(Form):
    """Who judges, and how many candidates each."""

    judges = CleanCharField(
        label=_("评委工号"),
        paragraphs=True,
        max_length=2000,
        widget=_area(4),
        help_text=_("每行一位。应回避的对象会自动避开。"),
    )
    each = WholeNumberField(
        label=_("每位评委评几个"),
        initial=0,
        max_value=200,
        help_text=_("填 0 为全部；填个数则按公布的种子均衡抽签。"),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_judges(self) -> list[Capacity]:
        """Find who is meant."""
        found: list[Capacity] = _read(read_judges, self.cleaned_data["judges"], self.now)
        return found


class ScoringForm(Form):
    """One mark for each criterion of a published rule."""

    def __init__(self, *args: Any, rule: Rule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {f"mark_{at}": each for at, each in enumerate(rule.criteria, start=1)}
        for name, criterion in self.names.items():
            self.fields[name] = _mark(criterion)

    def clean(self) -> dict[str, Any]:
        """Ask the rule about each mark; it knows what can be given."""
        words: dict[str, Any] = super().clean() or {}
        for name, criterion in self.names.items():
            if name in words:
                try:
                    criterion.check(words[name])
                except Refusal as refusal:
                    self.add_error(name, as_error(refusal))
        return words

    @property
    def marks(self) -> dict[str, Decimal]:
        """Return the marks by criterion."""
        return {each.code: self.cleaned_data[name] for name, each in self.names.items()}


def _mark(criterion: Criterion) -> NumberField:
    told = {"label": criterion.label, "best": digits_of(criterion.best)}
    field = NumberField(
        label=_t("%(label)s（满分 %(best)s）") % told, help_text=meaning_of(criterion)
    )
    field.error_messages["required"] = _t("请给“%(label)s”打分。") % told
    return field


def meaning_of(criterion: Criterion) -> str:
    """Return what the marks of a criterion mean, in one line."""
    return "；".join(
        _t("%(start)s 分以上：%(meaning)s")
        % {"start": digits_of(level.start), "meaning": level.meaning}
        for level in criterion.levels
    )


class AsideForm(Form):
    """Why a judge stands aside."""

    reason = CleanCharField(label=_("回避理由"), help_text=_("只给主持人看，结果里只注明已回避。"))


class ClosingForm(Form):
    """Why a review is closed although ballots are missing."""

    reason = CleanCharField(
        label=_("提前截止的原因"), required=False, help_text=_("会与结果一并公布，不要写个人信息。")
    )
