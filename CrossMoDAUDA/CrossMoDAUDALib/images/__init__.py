"""Scans as arrays on a grid: reading, checking and writing them, and what their names mean."""
