"""The desk face 办公端."""
