"""The boards 公开栏 as their keepers work on them: what waits, answers, withdrawal, correction."""
