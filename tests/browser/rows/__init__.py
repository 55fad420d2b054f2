"""Rows as full as a council can make them, for the examples of each page: a module for each app."""
