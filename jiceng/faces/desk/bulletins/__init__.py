"""The pages of bulletins 简报: draft, write, read with every number's footnote, issue, download."""
