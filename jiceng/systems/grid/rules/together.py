"""What is done for several cases at once: only what says the same of each of them."""

# Finding ordinary, sending to one unit, closing. Everything else asks about the case itself.
TOGETHER = ("judge", "dispatch", "close")
MOST_TOGETHER = 100
