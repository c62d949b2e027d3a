"""The door of the backups 备份: make one, look whether it is whole, put it back."""

from jiceng.kernel.backups.keys import make_key
from jiceng.kernel.backups.making import make
from jiceng.kernel.backups.manifest import Manifest
from jiceng.kernel.backups.refusals import BackupRefused
from jiceng.kernel.backups.restoring import Restored, inspect, restore

__all__ = ["BackupRefused", "Manifest", "Restored", "inspect", "make", "make_key", "restore"]
