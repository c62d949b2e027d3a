"""The figures on the desk: all of them for a unit and a period, and each with its rows."""
