#!/usr/bin/env python3
"""Run one of the portal's management commands."""

import os
import sys


def main() -> None:
    """Hand the command line to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here: run .venv/bin/python manage.py, after bin/demo or bin/test made .venv.")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
