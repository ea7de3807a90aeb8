from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_first_touch"),
    ]

    operations = [
        migrations.AddField(
            model_name="merge",
            name="formers",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="merge",
            name="visits",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="merge",
            name="undo_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(
                condition=models.Q(("undo_until__isnull", False)), fields=["undo_until"], name="merges_to_let_go"
            ),
        ),
    ]
