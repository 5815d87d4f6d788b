"""Judgements that an earlier run of the same answers has, and the codebook that tells it."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Runs that are there get their codebook's digest when they are opened the next time."""

    dependencies: ClassVar = [("review", "0002_append_only")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="run",
            name="codebook_digest",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.AlterField(
            model_name="judgement",
            name="rule",
            field=models.CharField(
                choices=[
                    ("reviewed", "Reviewed"),
                    ("agreed", "Agreed"),
                    ("settled", "Settled"),
                    ("withdrawn", "Withdrawn"),
                    ("carried", "Carried"),
                ],
                max_length=10,
            ),
        ),
    ]
