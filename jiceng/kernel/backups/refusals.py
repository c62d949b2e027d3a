"""What a backup or a restore refuses, by code."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Conflict

SENTENCES: dict[str, str | Promise] = {
    # The key.
    "backup_key_missing": _(
        "没有备份密钥。请用 manage.py backup key 文件 生成，并设 JICENG_BACKUP_KEY_FILE；"
        "备份不会以明文写出。"
    ),
    "backup_key_taken": _("这个文件已经存在，密钥不会覆盖它。"),
    "backup_key_open": _("备份密钥可被他人读取，请 chmod 600。"),
    "backup_key_beside": _("备份密钥不能放在备份或数据所在的目录里，否则一起丢失、一起被盗。"),
    "backup_key_wrong": _("密钥与这份备份不符，或文件头已损坏。"),
    # The file.
    "backup_unreadable": _("备份文件无法读取。"),
    "backup_unwritable": _("备份没有写成，未留下任何文件。请查看磁盘空间与权限。"),
    "backup_taken": _("目标文件已经存在，备份不会覆盖它。"),
    "backup_beside_data": _("备份不能放在数据目录里，否则与数据一起丢失。"),
    "backup_plain_copy": _(
        "这是数据库的明文副本，不是备份：它不含照片，也可能缺少 WAL 中的数据，因此不予恢复。"
    ),
    "not_a_backup": _("这不是本系统的备份文件。"),
    "backup_damaged": _("备份文件已损坏：内容被截断、改动或调换。请换用另一份备份。"),
    "backup_foreign": _("这是另一处系统的备份，名称（JICENG_LEDGER_ORIGIN）不同。"),
    "backup_newer": _("备份出自更新的版本，请先升级程序再恢复。"),
    "backup_other_database": _("备份出自另一种数据库，请按备份的种类设置 JICENG_DATABASE_URL。"),
    # What a restore finds, and what it needs.
    "database_not_empty": _("数据库不是空的。确要以备份替换全部数据，请加 --replace。"),
    "database_in_use": _("数据库正在使用，请先停止网站、后台和定时工作。"),
    "database_unreadable": _("数据库无法读取，没有备份。"),
    "database_damaged": _("数据库文件自检未通过，没有备份。请查看磁盘，并保留之前的备份。"),
    "photos_unreadable": _("照片目录无法读取，没有备份。请查看磁盘与权限。"),
    "backup_running": _("另一个备份或恢复正在进行。"),
    "postgresql_tools_missing": _(
        "找不到 pg_dump、pg_restore 或 psql。请安装与服务器版本相同的 PostgreSQL 客户端，"
        "或设 JICENG_POSTGRESQL_BIN。"
    ),
    "dump_failed": _("pg_dump 没有成功，未留下任何文件。"),
    "load_failed": _("数据没有恢复成功，数据库保持原样。"),
}
# The file itself is wrong; all else leaves open what it holds.
DAMAGED = frozenset({"backup_damaged", "backup_plain_copy", "not_a_backup"})


class BackupRefused(Conflict):
    """A backup or a restore that is not made; the code says why (409)."""

    code = "backup_refused"
    sentence = _("没有备份，也没有恢复。")


def refusal(code: str, reason: object = "") -> BackupRefused:
    """Return the refusal with this code; ``reason`` is what a tool or the system said of it."""
    sentence = SENTENCES[code]
    said = " ".join(str(reason).split())
    return BackupRefused(f"{sentence}（{said}）" if said else sentence, code=code, reason=said)
