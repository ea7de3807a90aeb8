"""What the web server calls."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intercom_clone.settings")

application = get_wsgi_application()

# Load what the first request would load, then take all of it out of the garbage collector's sight: full collections of
# a large Django process stop it for hundreds of milliseconds.
get_resolver().url_patterns  # noqa: B018 (the property imports every view)
gc.collect()
gc.freeze()
