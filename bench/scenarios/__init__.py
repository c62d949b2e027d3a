"""What is measured of our own: every scenario works through the real acts and pages."""
