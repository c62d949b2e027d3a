"""Why an upload is not taken in."""

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput, TooLarge, Unavailable


class FileTooLarge(TooLarge):
    """More bytes than are read (413)."""

    code = "file_too_large"
    sentence = _("文件超过 12 MB。")


class EmptyFile(BadInput):
    """No bytes at all (422)."""

    code = "empty_file"
    sentence = _("文件是空的。")


class RefusedType(BadInput):
    """The content is not a photo of a kind that is taken in (422)."""

    code = "unknown_type"
    sentence = _("只接受 JPEG、PNG、WebP、HEIC 或 AVIF 格式的照片。")


class WrongExtension(BadInput):
    """The name says another type than the content (422)."""

    code = "wrong_extension"
    sentence = _("文件名与文件内容不符。")


class TooManyPixels(BadInput):
    """A picture that would take too much memory to decode (422)."""

    code = "too_many_pixels"
    sentence = _("照片像素过多，最多四千万像素（WebP 为两千四百万）。")


class UnreadableImage(BadInput):
    """The picture is cut short or damaged (422)."""

    code = "unreadable_image"
    sentence = _("照片已损坏，无法读取。")


class Busy(Unavailable):
    """Too many photos at once (503)."""

    code = "photo_queue_full"
    sentence = _("正在处理的照片过多，请稍后再试。")


class StoreFull(Unavailable):
    """The files cannot be written, for instance on a full disk (503)."""

    code = "store_unavailable"
    sentence = _("照片暂时无法保存，请稍后再试。")
