"""How is Django set up for pages on loopback: no database, no sessions, no outside address?"""

from __future__ import annotations

import secrets
from pathlib import Path

HERE = Path(__file__).resolve().parent

DEBUG = False
SECRET_KEY = secrets.token_urlsafe(48)
"""Signs only what a purpose was stated for, until the pages end. Accounts will bring a stored key."""
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
"""Only loopback names: another name that resolves to this machine (DNS rebinding) is refused."""
INSTALLED_APPS = ["whitestone.web"]
MIDDLEWARE = [
    "whitestone.web.guards.guard",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "whitestone.web.guards.show_problems",
]
ROOT_URLCONF = "whitestone.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "whitestone.web.desk.on_every_page",
                "whitestone.web.writing.on_every_form",
            ],
            "libraries": {"ws": "whitestone.web.templatetags.ws"},
            "builtins": ["whitestone.web.templatetags.ws", "django.templatetags.i18n"],
            "loaders": [("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])],
        },
    }
]
DATABASES: dict[str, object] = {}
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [HERE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = HERE / "static"
DEFAULT_CHARSET = "utf-8"
SILENCED_SYSTEM_CHECKS: list[str] = []
