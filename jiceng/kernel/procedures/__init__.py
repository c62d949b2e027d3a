"""Procedures 流程: a versioned definition, its cases, where each stands and who holds it."""
