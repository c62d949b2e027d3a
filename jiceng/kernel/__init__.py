"""The kernel: what every system of the platform stands on."""
