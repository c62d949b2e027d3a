"""The design system: base templates, components, icons, style, template tags."""
