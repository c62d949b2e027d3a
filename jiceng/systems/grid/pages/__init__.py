"""The pages of the grid: find, permit, one call, answer."""
