"""The fault laboratory: kills, stops and lies to a whole installation, and judges what is left.

``make faults`` runs it; ``docs/faults.md`` says what each fault and invariant is.
"""
