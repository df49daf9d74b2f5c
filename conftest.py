"""What do the examples in the docstrings of the pages stand on? Django, set up before the first of them runs."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whitestone.web.settings")
django.setup(set_prefix=False)
