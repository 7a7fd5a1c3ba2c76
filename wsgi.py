"""The WSGI application, for any server: `gunicorn wsgi:app`."""

import gc

from caseapp.factory import create_app

app = create_app()
# What every process has from here on is nobody's rubbish: forked workers keep sharing it, and no collection walks it.
# The young are looked through less often, too: a request makes thousands of small things, gone when it ends.
gc.freeze()
gc.set_threshold(10_000, 20, 20)
