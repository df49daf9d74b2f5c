"""What do the examples in the docstrings of the pages stand on? Django's settings, named before anything asks."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whitestone.web.settings")
