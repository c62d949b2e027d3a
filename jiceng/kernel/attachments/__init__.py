"""Attachments 附件: the one way in for every file."""
