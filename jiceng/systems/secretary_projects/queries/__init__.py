"""Reads that pages and acts of secretary projects share; who sees what is asked here."""
