"""The production web server's settings: gunicorn --config python:config.gunicorn config.wsgi"""

import os
import sys

from config import env
from config.access_log import AccessLog

try:
    _environment = env.read(os.environ)
except env.WrongEnvironment as problem:
    sys.exit(str(problem))

bind = f"0.0.0.0:{_environment.port}"
workers = _environment.web_processes
threads = _environment.web_threads
worker_class = "gthread"
# One copy of the code in memory, and a mistake in the settings shows once, before any worker starts.
preload_app = True
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
# Addresses are cut at the question mark, since a search may hold what is nobody's business, and at a secret.
logger_class = AccessLog
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
accesslog = "-"
