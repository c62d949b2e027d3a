"""House rules as tests: each is a small check with a kept and a broken example."""
