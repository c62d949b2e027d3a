"""The application that one writes in an afternoon: Django as its documentation shows it.

No sign-in, no permission, no deadline that knows holidays; only the unit of work.
"""
