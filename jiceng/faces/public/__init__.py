"""The public face 群众端."""
