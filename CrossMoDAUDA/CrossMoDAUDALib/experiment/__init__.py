"""The experiment folder: its stages, its lock, its events, and what somebody watching sees of it."""
