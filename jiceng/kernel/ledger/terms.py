"""The words of the ledger: its own events, and who acts when no officer does."""

from django.utils.translation import gettext_lazy as _

EPOCH_OPENED = "ledger.epoch.opened"
PERSONAL_ERASED = "ledger.personal.erased"
KEY_ROTATED = "ledger.key.rotated"

EVENTS = {
    EPOCH_OPENED: _("开启新纪元"),
    PERSONAL_ERASED: _("删除个人信息"),
    KEY_ROTATED: _("更换签名密钥"),
}

RECEIPT_STAGES = {
    "accepted": _("已受理"),
    "sealed": _("已封存"),
}
