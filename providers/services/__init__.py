"""Writes of the directory, one module a subject: import the module, ``from providers.services import vacancies``."""
