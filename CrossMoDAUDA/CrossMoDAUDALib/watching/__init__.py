"""Telling how an experiment goes, from its folder alone."""
