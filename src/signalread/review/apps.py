"""The one app of the site."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """The review site's app."""

    name = "signalread.review"
    label = "review"
    default_auto_field = "django.db.models.BigAutoField"
