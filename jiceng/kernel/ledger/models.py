"""The tables of the ledger. Entry, Seal, Checkpoint and Epoch are refused UPDATE, DELETE and
TRUNCATE by triggers (migration 0002), so their rows have no ``save`` after the first.

Nothing here is a foreign key: verification pairs the rows in both directions and would have to
do so anyway, since whoever can delete an entry can also drop a constraint; and a key would cost
a look-up for every sealed row.
"""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.ledger.canonical import leaf_bytes
from jiceng.kernel.ledger.notes import CheckpointNote, SignedCheckpoint


class Entry(models.Model):
    """One act: what happened to which subject, by whom, when. ``payload`` is canonical JSON."""

    uid = models.CharField(_("记录编号"), max_length=32, unique=True)
    event = models.CharField(_("事件"), max_length=100)
    subject = models.CharField(_("对象"), max_length=120)
    by = models.CharField(_("经办"), max_length=100)
    by_title = models.CharField(_("经办身份"), max_length=200)
    at = models.DateTimeField(_("时间"))
    payload = models.TextField(_("内容"))

    class Meta:
        verbose_name = verbose_name_plural = _("台账记录")
        indexes = [
            models.Index(fields=["subject", "id"], name="ledger_entry_subject"),
            models.Index(fields=["event", "id"], name="ledger_entry_event"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject}"

    def leaf_bytes(self) -> bytes:
        """Return the bytes that are hashed for this entry."""
        return leaf_bytes(
            at=self.at,
            by=self.by,
            by_title=self.by_title,
            event=self.event,
            payload=self.payload,
            subject=self.subject,
            uid=self.uid,
        )


class Pending(models.Model):
    """An entry that waits for its seal; a trigger writes the row, so that no path forgets it."""

    entry_id = models.BigIntegerField(primary_key=True)
    # Seconds since 1970 by the database's own clock: an act may carry an ``at`` of ten years ago.
    queued = models.BigIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = _("待封存记录")

    def __str__(self) -> str:
        return str(self.entry_id)


class Epoch(models.Model):
    """A tree of its own; a restore opens the next, committed to what was good before."""

    number = models.PositiveIntegerField(primary_key=True)
    opened_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    prior_epoch = models.PositiveIntegerField(default=0)
    prior_size = models.BigIntegerField(default=0)
    prior_sha256 = models.BinaryField(max_length=32, default=b"")
    prior_sm3 = models.BinaryField(max_length=32, default=b"")
    # The furthest published checkpoint that this epoch gives up as lost; 0 where nothing is.
    lost_epoch = models.PositiveIntegerField(default=0)
    lost_size = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("纪元")

    def __str__(self) -> str:
        return str(self.number)


class Seal(models.Model):
    """The place of an entry in the tree of its epoch, and its two hashes."""

    entry_id = models.BigIntegerField(primary_key=True)
    epoch = models.PositiveIntegerField()
    position = models.BigIntegerField()
    leaf_sha256 = models.BinaryField(max_length=32)
    leaf_sm3 = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = verbose_name_plural = _("封存记录")
        constraints = [
            models.UniqueConstraint(fields=["epoch", "position"], name="ledger_seal_position"),
            models.CheckConstraint(
                condition=models.Q(position__gte=0, epoch__gte=1), name="ledger_seal_in_tree"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.epoch}/{self.position}"


class Subtree(models.Model):
    """The root over a complete block of 256^level leaves; rebuilt from seals, read by proofs."""

    epoch = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    sm3 = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = verbose_name_plural = _("子树")
        constraints = [
            models.UniqueConstraint(
                fields=["epoch", "level", "index"], name="ledger_subtree_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.epoch}/{self.level}/{self.index}"


class Head(models.Model):
    """How far an epoch is sealed. It moves by compare-and-set on size and root, so that two
    sealers cannot grow two trees."""

    epoch = models.PositiveIntegerField(primary_key=True)
    size = models.BigIntegerField(default=0)
    sha256 = models.BinaryField(max_length=32)
    sm3 = models.BinaryField(max_length=32)
    # The perfect subtrees of the tree, largest first, 32 bytes each.
    peaks_sha256 = models.BinaryField(default=b"")
    peaks_sm3 = models.BinaryField(default=b"")

    class Meta:
        verbose_name = verbose_name_plural = _("树头")

    def __str__(self) -> str:
        return f"{self.epoch}/{self.size}"


class Checkpoint(models.Model):
    """A signed statement: at this instant the tree had this size and these roots."""

    origin = models.CharField(max_length=100)
    epoch = models.PositiveIntegerField()
    size = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    sm3 = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    key_id = models.CharField(max_length=16)
    signature = models.BinaryField(max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = _("检查点")
        constraints = [
            models.UniqueConstraint(fields=["epoch", "size"], name="ledger_checkpoint_size"),
        ]

    def __str__(self) -> str:
        return f"{self.origin}/{self.epoch}/{self.size}"

    def signed(self) -> SignedCheckpoint:
        """Return the checkpoint as a value that can be published and verified."""
        note = CheckpointNote(
            origin=self.origin,
            epoch=self.epoch,
            size=self.size,
            sha256=bytes(self.sha256),
            sm3=bytes(self.sm3),
            at=self.at,
        )
        return SignedCheckpoint(note, self.key_id, bytes(self.signature))

    def published(self) -> str:
        """Return the checkpoint as a signed note, as it goes on the notice board."""
        key = SigningKey.objects.get(key_id=self.key_id)
        return self.signed().published(bytes(key.public))


class SigningKey(models.Model):
    """A public key of the log, and from when to when it signed.

    A later key is signed by the earlier one and signs the earlier one back, so that whoever
    trusts either can reach the other.
    """

    key_id = models.CharField(primary_key=True, max_length=16)
    public = models.BinaryField(max_length=32)
    # The first key has no start: a receipt may be asked for before anything was sealed.
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    previous = models.CharField(max_length=16, default="")
    endorsed = models.BinaryField(max_length=64, default=b"")
    accepted = models.BinaryField(max_length=64, default=b"")

    class Meta:
        verbose_name = verbose_name_plural = _("签名密钥")

    def __str__(self) -> str:
        return self.key_id

    def signs_at(self, at: datetime) -> bool:
        """Tell whether a signature made at the instant ``at`` counts."""
        begun = self.starts_at is None or self.starts_at <= at
        return begun and (self.ends_at is None or at < self.ends_at)


class ActKey(models.Model):
    """An idempotency key that was used: the second request with it gets the first's entry."""

    digest = models.CharField(primary_key=True, max_length=64)
    request_digest = models.CharField(max_length=64)
    entry_uid = models.CharField(max_length=32)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("防重复键")

    def __str__(self) -> str:
        return self.digest


class PersonalDatum(models.Model):
    """A personal value and its salt; the entry holds only the commitment to both."""

    entry_uid = models.CharField(max_length=32)
    field = models.CharField(max_length=60)
    salt = models.BinaryField(max_length=32)
    value = models.TextField()

    class Meta:
        verbose_name = verbose_name_plural = _("个人信息")
        constraints = [
            models.UniqueConstraint(fields=["entry_uid", "field"], name="ledger_personal_field"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_uid} {self.field}"


class Cursor(models.Model):
    """How far a follower has read the sealed positions.

    Positions have no holes and no latecomers, which ids have; that is why a cursor may compare
    them. ``fence`` grows with every claim, so that a claimant who slept past its lease cannot
    move the cursor any more.
    """

    name = models.CharField(primary_key=True, max_length=200)
    epoch = models.PositiveIntegerField(default=1)
    position = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("跟随进度")

    def __str__(self) -> str:
        return f"{self.name} {self.epoch}/{self.position}"
