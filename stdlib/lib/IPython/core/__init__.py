"""Modules that notebooks import from by habit."""
