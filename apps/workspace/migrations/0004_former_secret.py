from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workspace", "0003_messenger_host"),
    ]

    operations = [
        migrations.AddField(
            model_name="workspace",
            name="messenger_secret_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="workspace",
            name="messenger_secret_shown_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="workspace",
            name="former_secret",
            field=models.CharField(db_default="", default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="workspace",
            name="former_secret_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="workspace",
            name="former_secret_ends_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
