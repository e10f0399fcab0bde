"""The scans of both domains: finding, checking and, for tests and tutorials, making them."""
