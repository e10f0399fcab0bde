"""The method: adapt, check, report and pack, and the worker that does it."""
