"""The log and people's decisions are added to, never changed: the database itself refuses."""

from typing import Any, ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# What erasure may blank in each table; nothing else of a row ever changes, and no row goes.
BLANKABLE = {
    "review_auditentry": None,
    "review_correction": "why",
    "review_judgement": "why",
    "review_quotation": "text",
    "review_escalation": "note",
}


def protect(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Add the triggers, and the first link of the log's chain."""
    apps.get_model("review", "AuditHead").objects.create(id=1, number=0, hash="0" * 64)
    for table, column in BLANKABLE.items():
        if editor.connection.vendor == "sqlite":
            _protect_sqlite(editor, table, column)
        else:
            _protect_postgresql(editor, table, column)


def _protect_sqlite(editor: BaseDatabaseSchemaEditor, table: str, column: str | None) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    editor.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {refuse}")
    when = ""
    if column is not None:
        with editor.connection.cursor() as cursor:
            found = editor.connection.introspection.get_table_description(cursor, table)
        others = [f'NEW."{c.name}" IS NOT OLD."{c.name}"' for c in found if c.name != column]
        when = f"WHEN NEW.\"{column}\" <> '' OR {' OR '.join(others)}"
    editor.execute(f"CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table} {when} {refuse}")


def _protect_postgresql(editor: BaseDatabaseSchemaEditor, table: str, column: str | None) -> None:
    allowed = (
        ""
        if column is None
        else f"""
        IF TG_OP = 'UPDATE' THEN
            IF NEW."{column}" = '' AND to_jsonb(NEW) - '{column}' = to_jsonb(OLD) - '{column}' THEN
                RETURN NEW;
            END IF;
        END IF;"""
    )
    editor.execute(
        f"""CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN {allowed}
            RAISE EXCEPTION '{table} is append-only';
        END $$"""
    )
    editor.execute(
        f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )
    editor.execute(
        f"CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )


class Migration(migrations.Migration):
    """Adds what refuses a change."""

    dependencies: ClassVar = [("review", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(protect)]
