"""The WSGI application, for any server: `gunicorn wsgi:app`."""

from caseapp.factory import create_app

app = create_app()
