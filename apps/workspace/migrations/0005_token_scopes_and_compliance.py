from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

import apps.workspace.models
import apps.workspace.scopes

SCOPE = models.CharField(
    choices=[
        ("read_people", "Read people"),
        ("write_people", "Write people"),
        ("manage_data", "Manage data"),
        ("delete", "Delete"),
        ("operator", "Operator"),
    ],
    max_length=16,
)


def keep_what_operators_are(apps, schema_editor):
    """Every token goes on doing what it did: all, and an operator's as an operator."""
    for token in apps.get_model("workspace", "AccessToken").objects.filter(is_operator=True):
        token.scopes = [*token.scopes, "operator"]
        token.save(update_fields=["scopes"])


def keep_who_is_an_operator(apps, schema_editor):
    operators = apps.get_model("workspace", "AccessToken").objects.filter(scopes__contains=["operator"])
    operators.update(is_operator=True)


class Migration(migrations.Migration):
    dependencies = [("workspace", "0004_former_secret")]

    operations = [
        migrations.AddField("accesstoken", "scopes", ArrayField(SCOPE, default=apps.workspace.scopes.usual)),
        migrations.RunPython(keep_what_operators_are, keep_who_is_an_operator),
        migrations.RemoveField("accesstoken", "is_operator"),
        migrations.AddField("workspace", "logs_profile_views", models.BooleanField(db_default=False, default=False)),
        migrations.CreateModel(
            name="ComplianceDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("file", models.FileField(max_length=200, upload_to=apps.workspace.models.private_path)),
                ("size", models.PositiveIntegerField()),
                ("uploaded_at", models.DateTimeField()),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=models.deletion.SET_NULL,
                        related_name="+",
                        to="workspace.teammate",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=models.deletion.CASCADE,
                        related_name="compliance_documents",
                        to="workspace.workspace",
                    ),
                ),
            ],
        ),
    ]
