"""Pieces of HTML pages that need nothing beside them: their frame and style, tables, plots and pictures."""
