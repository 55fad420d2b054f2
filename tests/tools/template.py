"""The test database made once, for each test process to copy: its migrations take longer than any test.

`python -m tests.tools.template NAME` makes the database NAME on the server of DATABASE_URL. With TEST_TEMPLATE=NAME
in their environment the tests copy it instead of migrating an empty one.
"""

import os
import sys

import django


def make(name):
    """Make the database anew and migrate it."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        quoted = connection.ops.quote_name(name)
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")
        cursor.execute(f"CREATE DATABASE {quoted}")
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    make(sys.argv[1])
