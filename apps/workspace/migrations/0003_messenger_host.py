from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workspace", "0002_segments_version"),
    ]

    operations = [
        migrations.AddField(
            model_name="workspace",
            name="messenger_host",
            field=models.CharField(blank=True, db_default="", default="", max_length=255),
        ),
        migrations.AddField(
            model_name="workspace",
            name="messenger_is_neutral",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
