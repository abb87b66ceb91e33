"""Entry point of the file server: `gunicorn files.wsgi`, on the port of FILES_URL."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

import django
from django.db import close_old_connections
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
django.setup()

# Its models can only be imported once Django is set up.
serve = import_string("files.server.serve")


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Serve one request; the database is not needed while the bytes leave."""
    close_old_connections()
    try:
        answer: Iterable[bytes] = serve(environ, start_response)
    finally:
        close_old_connections()
    return answer
